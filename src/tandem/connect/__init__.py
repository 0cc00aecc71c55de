"""Files of other systems: bytes become rows, and rows become facts, failed rows and suppressed rows.

In: a path and a reader (`Segment`, `SourceMapping` or `Notation`). Out: blocks of a file, and what each block held (`block.py`).
Law: every row ends as facts, as a failure with its reason, or suppressed; where a file is cut into blocks changes nothing.
Read `rows.py` (the door), `block.py`; then `files` (bytes), `calls` (Segment's), `mapping` (rows of any other file), `casts` (values), `notation.py`.
"""
