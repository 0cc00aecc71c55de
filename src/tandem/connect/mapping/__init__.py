"""Rows of any file become facts as `playbook/sources/NAME.yaml` says.

In: the file's tree, then blocks of rows. Out: problems of the mapping, then facts, failed rows and suppressed rows.
Law: a snapshot tells only what was true when it was taken; a value that is not what the mapping says fails its row as a whole.
Read `plan.py`; to see it made `declare.py`, `source_file.py`, `misspelt.py`; to see it run `mapped.py`, `cells.py`, `columns.py`.
"""
