"""The files of a playbook, read into frozen values, and which playbook is in force when.

Read `company.py`, `product.py`, `playbook.py`; then `in_force.py` and `as_if.py`.
"""
