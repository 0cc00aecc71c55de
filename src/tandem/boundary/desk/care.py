"""Who is procurement-bound and who takes care of them: `meaning/watch.py`, asked of each firing by the times of its own subject alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from tandem.boundary.desk.answering import Answering
from tandem.boundary.desk.firings import Times, whereabouts_at
from tandem.boundary.in_force import InForce, in_force_at, periods
from tandem.boundary.meaning.case import Firing
from tandem.boundary.meaning.evidence import valid_until
from tandem.boundary.meaning.watch import Due, Watch
from tandem.signals.world import FOREVER, Period
from tandem.timeline.steps import ALWAYS
from tandem.values.instants import Instant


@dataclass(frozen=True)
class Care:
    playbooks: Sequence[InForce[Answering]]
    firings: Sequence[Firing]

    def watch(self, since: Instant, until: Instant, as_of: Instant) -> Watch:
        found = [self._due(each, end, end) for each, end in self._deadlines if since <= end < until and end <= as_of]
        return Watch(tuple(each for each in found if each is not None))

    def neglected(self, t: Instant) -> list[Due]:
        found = [self._due(each, end, t) for each, end in self._deadlines if end <= t and self.is_bound(each, t)]
        return [each for each in found if each is not None and each.owner is None]

    def is_bound(self, firing: Firing, t: Instant) -> bool:
        """Whether the evidence of its signal has held since it fired, without a break."""
        end = firing.at
        for since, until in sorted(self._held(firing, t)):
            if since <= end:
                end = max(end, until)
        return firing.at <= t < end

    @cached_property
    def _deadlines(self) -> list[tuple[Firing, Instant]]:
        """Of the firings of procurement signals, by the playbook under which each fired."""
        found = []
        for firing in self.firings:
            answers = in_force_at(self.playbooks, firing.at)
            assert answers is not None, "what fires does so by a playbook in force"
            sla = answers.rules.boundary.signals[firing.signal].sla
            if sla is not None:
                found.append((firing, answers.rules.hours.after(firing.at, sla)))
        return found

    @cached_property
    def _times(self) -> list[tuple[Period, Answering, Times]]:
        return [(period, one.playbook, Times(one.playbook)) for period, one in periods(self.playbooks)]

    def _held(self, firing: Firing, t: Instant) -> Iterator[tuple[Instant, Instant]]:
        """From when until when the signal was evidence, for whoever the subject was, as far as is known at t."""
        for period, answers, times in self._times:
            rule = answers.rules.boundary.signals.get(firing.signal)
            if rule is None or rule.sign == "none" or period.since > t or period.until <= firing.at:
                continue
            where = answers.whereabouts(firing.subject, firing.at)
            # The subject's own times on before it fired are its own, too.
            begins = [ALWAYS, *(each.since for each in where[1:])]
            for place, since, until in zip(where, begins, [*begins[1:], FOREVER], strict=True):
                for stay in times.of(firing.signal, place.subject):
                    if since <= stay.since < until and stay.since <= t:
                        yield max(stay.since, period.since), min(valid_until(rule, stay.known_at(t)), period.until)

    def _due(self, firing: Firing, deadline: Instant, t: Instant) -> Due | None:
        answers = in_force_at(self.playbooks, t)
        assert answers is not None, "since a firing a playbook has been in force"
        account = whereabouts_at(answers.whereabouts(firing.subject, firing.at), t).account
        return None if account is None else Due(firing, account, deadline, answers.accepted_owner(account, firing.at, t))
