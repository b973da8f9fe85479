"""The house rules as a program: who may import whom, and what is banned where.

`layers.py` holds the import table, `circles.py` who imports each other, `bans.py` the banned
constructions, `source.py` what they look at. tests/unit/test_architecture.py runs them over
tray_app/ and over snippets that break each rule. `counts.py` judges nothing, it counts for
`python -m tests.architecture`.
"""
