"""What the funnel of a motion and the path of an account mean, in plain Python: of one account, one thing that happened after another.

- *Order.* What happens at one instant stands in the order of the stages; what is several stands with its first. One thing takes an account
  one stage further.
- *Funnel.* An attempt begins with each first stage that came while the account was in the motion, between `since` and `until`; of a funnel
  `first_start_only` with the first of these alone. It goes on as any ordered attempt, and the best counts; see `funnel/meaning.py`.
- *Path.* It begins with the first adoption of all, and ends where a stage does not come within its time after the one before, both ends in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tandem.signals.playbook.funnels import Motion, MotionFunnel, Path
from tandem.values.instants import Instant


@dataclass(frozen=True)
class Came:
    """Something that happened to an account, with the stages that it is, from 0."""

    at: Instant
    stages: frozenset[int]


def entered_by(
    came: Sequence[Came],
    declared: MotionFunnel,
    motion: Callable[[Instant], Motion],
    since: Instant | None = None,
    until: Instant | None = None,
) -> tuple[Instant, ...]:
    """When the account reached each stage, by its best attempt; none where it never entered in this motion."""
    turns = _in_turn(came, lambda each: each.stages - {0} if motion(each.at) != declared.motion else each.stages)
    starts = [
        place
        for place, each in enumerate(turns)
        if 0 in each.stages and (since is None or since <= each.at) and (until is None or each.at < until)
    ]
    found: list[tuple[int, int, int, tuple[Instant, ...]]] = []
    for start in starts[:1] if declared.order == "first_start_only" else starts:
        reached, last = [turns[start].at], start
        for place in range(start + 1, len(turns)):
            each = turns[place]
            if len(reached) < len(declared.stages) and len(reached) in each.stages and each.at <= reached[0] + declared.within:
                reached.append(each.at)
                last = place
        found.append((-len(reached), last, -start, tuple(reached)))
    return min(found)[3] if found else ()


def course_of(came: Sequence[Came], path: Path) -> tuple[Instant, ...]:
    """When the account reached each stage of the path; none where it never adopted."""
    reached: list[Instant] = []
    for each in _in_turn(came, lambda each: each.stages):
        if reached and each.at > reached[-1] + path.within[len(reached) - 1]:
            break
        if len(reached) in each.stages:
            reached.append(each.at)
        if len(reached) == len(path.stages):
            break
    return tuple(reached)


def _in_turn(came: Sequence[Came], stages: Callable[[Came], frozenset[int]]) -> list[Came]:
    told = [Came(each.at, stages(each)) for each in came]
    return sorted(
        (each for each in told if each.stages), key=lambda each: (each.at, min(each.stages), sum(1 << one for one in each.stages))
    )
