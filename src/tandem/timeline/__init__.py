"""Facts laid out for speed, and what can be asked of them over time: arrays in, steps out.

In: holdings as arrays (whose, enters, occurred, leaves), masks and columns of the same rows. Out: `Steps`, a value of each subject from each
instant on, and their edges. Law: every fold equals the slow reference in `tests/timeline/meaning.py`; what changes at one instant changes at once.
Read `kernels.py`, `layout.py`, `steps.py`, `stays.py`, `windows.py`, `extremes.py`, `sequence.py`, `clock.py`.
"""
