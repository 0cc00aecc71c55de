"""Folds: each walks a subject's rows once and gives a measure of a window as steps.

In: a layout, or a base and its tail; which rows count, and what the fold asks of each. Out: `Steps`. Law: a row counts from when it enters
until it is too old or exits early; threshold and window are arguments of kernels, so that nothing is compiled anew.
Read `stays.py`, which all others walk by; then `windows.py` (counts, sums, distinct), `extremes.py` (least, greatest, first, last), `sequence.py`.
"""
