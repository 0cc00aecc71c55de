"""Conditions and measures as RevOps people write them: text in, typed frozen nodes or problems out.

In: a `Scalar` of a playbook or a plain `Source`, and the `Names` that the playbook declares. Out: `nodes.py`, problems whose spans are
exact in the file, canonical text. Law: `parse(show(e))` is `e`; no text raises; whatever can be told apart is told at once.
Read `nodes.py`, `parse.py`, `check.py`, `show.py`, `used.py`; then how: `tokens.py`, `literals.py`, `cursor.py`, the reader in its layers
`words.py`, `selecting.py`, `values.py`, `comparing.py`, and `units.py`, `sense/` behind the check.

    >>> from tandem.language.expression.check import read
    >>> from tandem.language.expression.show import show
    >>> from tandem.language.expression.units import Names
    >>> from tandem.language.expression.used import names_used
    >>> from tandem.language.source import Source
    >>> names = Names(events=("SSO Settings Viewed",), plans=("free", "team", "enterprise"))
    >>> rule = read(Source("rule", 'count("SSO Settings Viewed", 14d) >= 2 and plan in (free, team)'), names, "account")
    >>> show(rule.expression), sorted(names_used(rule.expression).events)
    ('count("SSO Settings Viewed", 14d) >= 2 and plan in (free, team)', ['SSO Settings Viewed'])
    >>> wrong = read(Source("rule", 'count("SSO Settings Viewd", 14) == 2 and plan = teem'), names, "account")
    >>> print(*(problem.told() for problem in wrong.problems), sep="\\n")
    rule:1:7: unknown event `SSO Settings Viewd` [unknown_name]
      1 | count("SSO Settings Viewd", 14) == 2 and plan = teem
        |       ^^^^^^^^^^^^^^^^^^^^
    help: did you mean `"SSO Settings Viewed"`?
    rule:1:29: `14` has no unit [bad_duration]
      1 | count("SSO Settings Viewd", 14) == 2 and plan = teem
        |                             ^^
    help: did you mean `14d`? units are `m`, `h`, `d` and `w`
    rule:1:33: `==` is not written like that here [other_language]
      1 | count("SSO Settings Viewd", 14) == 2 and plan = teem
        |                                 ^^
    help: did you mean `=`?
    rule:1:49: unknown plan `teem` [unknown_choice]
      1 | count("SSO Settings Viewd", 14) == 2 and plan = teem
        |                                                 ^^^^
    help: did you mean `team`?

Without quotes a word is a field, and a text where it stands behind `=` or `!=` or in a list: `plan = free`. A number is exact millionths,
a share too (20% is 200,000), a duration microseconds. `Parsed.tree` may hold `Broken`; `Parsed.expression` and `Reading.expression`
never do, for they are None where there is an error.
"""
