"""Calls of the Segment spec and their kin, as JSON, become facts.

In: a block of lines or JSON values. Out: events, and versions and merges for the calls that describe somebody.
Law: the fast path gives what the tolerant one gives, or nothing at all.
Read `segment.py` (the door, and fast), `call.py` (tolerant, and the meaning), `posthog.py`.
"""
