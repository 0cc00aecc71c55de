"""Parts of the bench of signals. In: how many events, which shape. Out: a project, and the edges of twenty signals by us and by peers.

Read company (what is generated), playbook (what is asked), ours, duck and click (who answers), sql (what both peers share), answer.
"""
