"""Places for who paints by hand where one reads from right to left."""

from PySide6.QtCore import QRectF


def mirrored(part: QRectF, whole: QRectF, is_rtl: bool) -> QRectF:
    """`part` of `whole`, on the other side where one reads from right to left."""
    if is_rtl:
        part.moveLeft(whole.left() + whole.right() - part.right())
    return part
