"""What `check.py` says of the parts of an expression: which names are declared, what a field means, whether two values go together.

In: a `Scope`, that is what a playbook declares and the kind of subject that is asked about, and a node. Out: its type, and problems told to
the scope. Law: nothing here walks the tree; one problem for each mistake, with what was probably meant.
Read `scope.py`, `named.py`, `fields.py`, `sides.py`, `fitting.py`.
"""
