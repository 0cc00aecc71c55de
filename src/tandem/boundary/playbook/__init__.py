"""What `boundary.yaml` declares, as frozen values, with every problem of it.

In: YAML trees, and what the other files declare. Out: `Boundary` and problems. Read `policy.py`, `declare.py`, `declarations.py`.
"""
