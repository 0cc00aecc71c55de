"""What was decided under the playbooks in force, kept under `data/`, and the words in which reports tell of it.

Read `answering.py`, `decided.py`, `kept.py`; then `owners.py`, `permits.py`, `fates.py`, `measured.py`, `grounds.py`, `lines.py`.
"""
