"""Number and word, knowing no business: instants, durations, ids and nearest names.

Out: plain ints and strings. Law: nothing here reads a clock, a disk or a random number.
Read `instants.py`, `ids.py`, `names.py`.
"""
