"""How layouts come from the log: what happened as numbers, whose it is over knowledge time, and both together as holdings.

In: batches of events in the order of their places, and what identity found. Out: holdings to lay out, and a tail of what was learnt after
a base. Law: codes go on as the log grows; nothing known later changes an earlier answer.
Read `words.py`, `interning.py`, `coded_log.py`, `whose.py`, `holdings.py`, `tail.py`.
"""
