"""Why: an edge and its firing, an account's answer, a lead, a touch.

Read `explaining.py`, which finds out what is meant; then `edge.py`, `account.py`, `lead.py`, `touch.py`.
"""
