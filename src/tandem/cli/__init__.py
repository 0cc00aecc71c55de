"""The command line: parses, calls `app`, renders. Data goes to stdout, everything else to stderr.

Law: exit codes are 0 fine, 1 problems in the user's files or data, 2 wrong usage, 3 our fault; no traceback reaches a user.
Read `main.py`, `door.py`, `commands.py`, `signals.py`, `render.py`, `progress.py`; of the boundary `words.py`, `leads.py`, `boundary.py`, `explain.py`, `named.py`.
"""
