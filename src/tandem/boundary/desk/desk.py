"""The desk over all of history, under the playbooks in force: every firing, what became of it and by which decisions, and who is neglected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tandem.boundary.desk.answering import Answering
from tandem.boundary.desk.care import Care
from tandem.boundary.desk.decisions import Decision
from tandem.boundary.desk.firings import fired
from tandem.boundary.desk.sweep import Sweep
from tandem.boundary.in_force import InForce, periods
from tandem.boundary.meaning.case import Firing
from tandem.boundary.meaning.judged import Judged
from tandem.boundary.meaning.leads import Leads
from tandem.boundary.meaning.watch import Due, Watch
from tandem.values.instants import Instant


@dataclass(frozen=True)
class Decided:
    """As of an instant. leads: what the decisions have made of the firings."""

    playbooks: Sequence[InForce[Answering]]
    as_of: Instant
    firings: tuple[Firing, ...]
    decisions: tuple[Decision, ...]
    leads: Leads

    def watch(self, since: Instant, until: Instant, as_of: Instant | None = None) -> Watch:
        """Every firing whose deadline fell into [since, until), and was over as of an instant: the desk's own, or one before it."""
        return Care(self.playbooks, self.firings).watch(since, until, self.as_of if as_of is None else as_of)

    def neglected(self, t: Instant) -> list[Due]:
        """Whom nobody has accepted at t, no later than the desk's own instant, although the time for it is over."""
        return Care(self.playbooks, self.firings).neglected(t)

    def judged(self, since: Instant, until: Instant, as_of: Instant) -> list[Judged]:
        """Every outbound touch in [since, until) that is known as of an instant, by the playbook in force when it was made."""
        found: list[Judged] = []
        for period, one in periods(self.playbooks):
            first, last = max(since, period.since), min(until, period.until)
            found += one.playbook.judged(first, last, as_of) if first < last else ()
        return found


def decide(in_force: Sequence[InForce[Answering]], as_of: Instant) -> Decided:
    """Nothing that is known later plays a part, and the same facts and playbooks give the same decisions, whatever order they came in."""
    firings = fired(in_force, as_of)
    sweep = Sweep(in_force, firings, as_of)
    leads = sweep.leads()
    return Decided(in_force, as_of, tuple(firings), tuple(sweep.decisions), leads)
