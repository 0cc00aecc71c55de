"""What a playbook says of signals: their declarations, and the tests that it gives them.

In: the trees of `signals/*.yaml`, `icp.yaml` and the sets of `product.yaml`. Out: frozen signals, scores, tiers and targets, the names that
conditions may use, and every problem at its place. Law: one mistake hides no other; a test means what the slow reference means.
Read `declare.py`, `declarations.py`, `soonest.py`; then the tests: `given.py`, `expectation.py`, `tested.py`.
"""
