"""What conditions mean: Semantics 2, 4 and 5 in plain Python, one question at one instant at a time.

In: a `World`, a value or condition, a subject, an instant. Out: an answer; and the instants at which it could be another. Law: only correct
and clear, not fast; whatever is fast must equal it.
Read `asked.py`, `types.py`, `comparing.py`, then `asking.py`, where everything is asked; then `moments.py` and `signs.py`: when it changes.

Where the design is silent, this page decides:

- *Types.* A value is a number, a text, a flag, or (where a date is asked for) a date. One of another type than is asked for is no
  value: it is left out of measures, and unknown elsewhere; so are null, lists, objects, and numbers beyond 64 bits of millionths. What is
  asked for is said by the other side of a comparison. Every number is rounded to the nearest millionth, half away from zero.
- *Dates.* A date is read from `2026-03-01`, which begins at midnight in the company's zone, or from an instant. Dates compare as days,
  and are counted with as days of 24 hours. Texts and flags are equal or different; which is more is unknown.
- *Selectors* pick tracks, pages and screens only; an excluded event is picked by none.
- *Plan.* A subscription is active while its status is `active` or unknown, from `started` until `ended` where it says so. A plan that
  is not declared is below all that are; of those the last in the alphabet is the highest.
- *Roll-ups.* `any` and `all` are asked of the whole test around them, for each workspace that exists; of an account without one they are
  asked of a workspace of which nothing is known.
- *Before a subject exists*, and after, conditions are unknown to `held`, as measures are to `previous`.
- *held* is Kleene's `and` over its time. Time is dense: from one microsecond to the next the condition is what it was at the first.
  So `(t - D, t]` also holds what was true at `t - D` itself, and a condition on since `a` is held for D exactly from `a + D`.
- *signal(x)* is true where x is on, and false elsewhere: never unknown. So is `sequence`.
- *A score* is the sum of the points whose conditions are true; what is unknown gives nothing.
"""
