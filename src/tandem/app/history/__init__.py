"""The timeline of a project, kept under `data/`, and the edges of signals over it; who is known by which name as of an instant.

Read `asking.py`, `timeline_parts.py`, `timeline.py`; `edges.py`, `feeding.py`, `silence.py`; `knowledge.py`, `known.py`.
"""
