"""Who is who, and whose: a fact's person, workspace and account, by links that were known at an instant.

In: Arrow tables of facts as of an instant (`links.py`), the playbook's rules (`rules.py`). Out: a person, a workspace, an account
and a reason for exclusion a row; dated links with why they hold; conflicts; families. `Identity` answers as of one instant,
`History` for all of knowledge time at once: stretches a row, when each subject exists, and who
stands under whom.
Law: learning reaches back, change does not; one event belongs to one account; a fact known later changes no earlier answer.
Read `rules.py`, `domains.py`, `links.py`, `steps.py`, `merges.py`, `coded.py`, `sightings.py`, `owners.py`, `families.py`,
`conflicts.py`, `subjects.py`, `why.py`, `exclusions.py`, `identity.py`; over time: `lives.py`, `merges_over_time.py`,
`owners_over_time.py`, `events.py`, `persons_apart.py`, `cells.py`, `lasting.py`, `latest.py`, `existence.py`, `families_over_time.py`,
`history.py`.
"""
