"""One file for each thing that one can ask: a request and a report, both frozen; the doors only parse, call and render.

In: a project's folder and the `World` (clock, cores). Out: reports. Law: what a user did wrong is a `Failure` with its mend, never a
traceback. Read `world.py`, `failures.py`, `project.py`, `in_force.py`, then the questions: `init.py`, `check.py`, `schema.py`, `importing.py`,
`facts.py`, `failed.py`, `identity.py`, `doctor.py`, `motions.py`, `applying.py`; of the boundary `decided.py` and `kept.py`, then `leads.py`,
`boundary.py`, `explaining.py`.
"""
