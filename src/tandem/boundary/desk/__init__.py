"""The desk over all of history: every firing, what became of it, and who takes care, under the playbooks in force.

In: what answers for each playbook in force (`answering.py`). Out: `decide`: firings, decisions, leads, the watch. Law: leads are what
decisions say, and these are those that `meaning/` means; the same facts and playbooks give the same decisions, byte for byte.
Read `answering.py`, `firings.py`, `decisions.py`, `events.py`, `sweep.py`, `care.py`, `desk.py`.
"""
