"""Halves of surrogate pairs in texts from outside: no text that can be sent, stored or shown.

JSON may hold them, and Python puts them where a word of the command line or of the environment is
no UTF-8. Standard library only, and loads nothing: the start of the program needs it.
"""


def well_formed(text: str) -> str:
    """`text` with U+FFFD for each half of a pair that stands alone."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
