"""Bytes of a file become text, and text becomes lines, records and JSON values.

In: a path, and what a mapping names of its format. Out: UTF-8 in chunks, and where each row begins and ends.
Law: a break costs what it hits: bytes, a record or the rest of the file, and what stands before it is given.
Read `opening.py`, `encoding.py`, `delimited.py`, `elements.py`.
"""
