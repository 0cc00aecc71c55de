"""One file for each thing that one can ask: a request and a report, both frozen; the doors only parse, call and render.

In: a project's folder and the `World` (clock, cores). Out: reports. Law: what a user did wrong is a `Failure` with its mend, never a
traceback. Read `world.py`, `failures.py`, `project.py`; then the questions, by their names. What several of them share: `playbook/`, the
files of a playbook and which is in force; `history/`, the timeline of a project and the edges over it; `decisions/`, what was decided, and
how it is told; `explain/`, why.
"""
