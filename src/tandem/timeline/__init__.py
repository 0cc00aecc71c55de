"""Facts laid out for speed, and what can be asked of them over time: arrays in, steps out.

In: holdings as arrays (whose, enters, occurred, leaves), laid out once or as a base and a tail of what was learnt since; masks and columns
of the same rows. Out: `Steps`, a value of each subject from each instant on, and their edges. Law: every fold equals the slow reference in
`tests/timeline/meaning.py`; what changes at one instant changes at once; a base and its tail say what one layout would have said.
Read `timeline.py`, `kernels.py`, `layout.py`, `stack.py`, `thin.py`; then `folds/`, from layouts to steps; `steps.py`, `algebra.py`, `clock.py`,
from steps to others; and `making/`: how layouts come from the log.
"""
