"""Values of other systems become ours: ids, flags, numbers, money, instants and dates.

In: a cell, what it is called, and how the mapping says it is written. Out: the value, or a `Fault` with words for the row's owner.
Law: nothing is guessed: a text that could be read in two ways is read in neither.
Read `words.py`, `numbers.py`, `instants.py`, `formats.py`.
"""
