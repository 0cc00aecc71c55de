"""`tandem backtest`: what a signal's firings were worth, by an outcome that `product.yaml` declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tandem.app.backing import always_known, complete_until, kinds_read, sources_of
from tandem.app.failures import Failure, UnknownName
from tandem.app.history.edges import find_signal, kept_edges, open_fold
from tandem.app.history.known import Known, known_by
from tandem.app.playbook.playbook import Playbook
from tandem.app.project import Project
from tandem.language.expression.nodes import About
from tandem.language.expression.show import show
from tandem.signals.playbook.declare import Signal
from tandem.signals.playbook.outcomes import Outcome
from tandem.storage.log import Log
from tandem.values.durations import Duration, show_duration
from tandem.values.instants import Instant
from tandem.values.instants import show as show_instant

if TYPE_CHECKING:
    from tandem.signals.backtest.aim import Aim
    from tandem.signals.backtest.backtest import Backtest, Question
    from tandem.signals.backtest.hindsight import Hindsight
    from tandem.signals.backtest.moments import Moments
    from tandem.signals.fold import Fold
    from tandem.timeline.steps import Steps


class Unmatched(Failure):
    code = "unmatched"


class NoAim(Failure):
    code = "no_aim"


@dataclass(frozen=True)
class BacktestRequest:
    """signal, outcome: their names. within: how long after a firing the outcome must come. since, until: only firings and outcomes at or
    after, and before. aim: judge the threshold that keeps it, of the test of that number, and not the one that stands there."""

    signal: str
    outcome: str
    within: Duration
    as_of: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    aim: Aim | None = None
    test: int = 1


@dataclass(frozen=True)
class Aimed:
    """threshold: what keeps the aim. rate: how many leads it gives in the aim's period."""

    aim: Aim
    test: str
    threshold: str
    rate: float


@dataclass(frozen=True, eq=False)
class Backtested:
    """assumed_share: of the facts known by the as-of, those whose `known_at` nobody stated; None of no facts. always_known: by kind of record
    that signal or outcome reads, the fields that a mapping says were known always, which may be of today."""

    signal: Signal
    outcome: Outcome
    question: Question
    numbers: Backtest
    fingerprint: str
    assumed_share: float | None
    always_known: Mapping[str, tuple[str, ...]]
    aimed: Aimed | None

    def as_json(self) -> dict[str, Any]:
        """Keys are stable; what is unknown is null, and `why` says why."""
        numbers, asked = self.numbers, self.question
        precision, recall = numbers.precision, numbers.recall
        interval = precision.interval()
        takes = numbers.lead_time_days or (None, None, None)
        why = dict(numbers.why) | ({} if self.assumed_share is not None else {"assumed_share": "there is no fact"})
        return {
            "signal": self.signal.name,
            "about": self.signal.about,
            "outcome": self.outcome.name,
            "within": show_duration(asked.horizon),
            "as_of": show_instant(asked.as_of),
            "since": show_instant(asked.begins),
            "until": show_instant(asked.ends),
            "fingerprint": self.fingerprint,
            "fired": numbers.fired,
            "already": numbers.already,
            "matured": numbers.matured,
            "converted": numbers.converted,
            "open": numbers.open,
            "open_converted": numbers.open_converted,
            "precision": _number(precision.value),
            "precision_low": None if interval is None else interval.low,
            "precision_high": None if interval is None else interval.high,
            "outcomes": numbers.outcomes,
            "outcomes_preceded": numbers.outcomes_preceded,
            "recall": _number(recall.value),
            "base_rate": numbers.base_rate,
            "lift": numbers.lift,
            "lift_low": None if numbers.lift_interval is None else numbers.lift_interval.low,
            "lift_high": None if numbers.lift_interval is None else numbers.lift_interval.high,
            "lead_time_days": dict(zip(("p25", "median", "p75"), takes, strict=True)),
            "reached": {f"{days}d": share for days, share in numbers.reached.items()},
            "leads_per_week": numbers.leads_per_week,
            "leads_per_week_per_seller": numbers.leads_per_week_per_seller,
            "touches": numbers.touches,
            "assumed_share": self.assumed_share,
            "complete_until": show_instant(asked.complete),
            "always_known": {kind: list(fields) for kind, fields in self.always_known.items()},
            "aim": None if self.aimed is None else self._aim(self.aimed),
            "why": why,
        }

    def _aim(self, aimed: Aimed) -> dict[str, Any]:
        return {"leads": aimed.aim.leads, "per": aimed.aim.period, "test": aimed.test, "threshold": aimed.threshold, "rate": aimed.rate}


def find_backtest(project: Project, asked: BacktestRequest) -> Backtested:
    """Raises UnknownName for a signal or an outcome that the playbook does not declare, Unmatched where neither's subjects have the other's,
    and, with an aim, NoThreshold and NoAim."""
    find_signal(project.playbook, asked.signal)
    log = project.log()
    return Backtests(project, log, project.as_of(asked.as_of, log), project.playbook).of(asked)


class Backtests:
    """Backtests of one playbook's signals as of an instant, as if it had always been in force; what they share is found once."""

    def __init__(self, project: Project, log: Log, as_of: Instant, playbook: Playbook) -> None:
        self.project, self.log, self.as_of, self.playbook = project, log, as_of, playbook

    def of(self, asked: BacktestRequest) -> Backtested:
        """Whose `as_of` is not asked. Raises what `find_backtest` does."""
        from tandem.signals.backtest.backtest import Evidence, backtest
        from tandem.signals.backtest.moments import Moments

        signal = find_signal(self.playbook, asked.signal)
        outcome = _find_outcome(self.playbook, asked.outcome)
        kind = matched_kind(signal, outcome)
        fold, hindsight = self.fold, self.hindsight
        question = self._question(asked, outcome)
        fired, aimed = (self._fired(signal), None) if asked.aim is None else _fired_as_aimed(asked, signal, fold, question)
        found = self._occurrences(outcome)
        evidence = Evidence(
            fired=fired,
            occurred=found if kind == outcome.about else Moments.of(hindsight.account_of(outcome.about)[found.subject], found.at),
            matched=hindsight.became(kind) if kind == signal.about else hindsight.account_of(signal.about),
            existence=fold.timeline.subjects(signal.about).existence,
            sellers=self.sellers,
        )
        return Backtested(
            signal=signal,
            outcome=outcome,
            question=question,
            numbers=backtest(question, evidence),
            fingerprint=self.playbook.fingerprint,
            assumed_share=self.known.assumed_share,
            always_known=always_known(self.log, self.as_of, kinds_read(fold, signal, outcome)),
            aimed=aimed,
        )

    @cached_property
    def fold(self) -> Fold:
        return open_fold(self.project, self.log, self.playbook)

    @cached_property
    def hindsight(self) -> Hindsight:
        from tandem.signals.backtest.hindsight import Hindsight

        return Hindsight(self.fold.timeline, self.playbook.declared, self.as_of)

    @cached_property
    def known(self) -> Known:
        return known_by(self.log, self.as_of)

    @cached_property
    def sellers(self) -> Steps | None:
        from tandem.signals.backtest.occurrences import employed

        return employed(self.hindsight)

    @cached_property
    def _found(self) -> dict[str, Moments]:
        return {}

    def _occurrences(self, outcome: Outcome) -> Moments:
        from tandem.signals.backtest.occurrences import occurrences

        if outcome.name not in self._found:
            self._found[outcome.name] = occurrences(outcome, self.playbook.product.judged.stages, self.hindsight)
        return self._found[outcome.name]

    def _question(self, asked: BacktestRequest, outcome: Outcome) -> Question:
        from tandem.signals.backtest.backtest import Question

        judged, begins = self.playbook.product.judged, self.known.begins
        sources = sources_of(self.log, outcome, self.hindsight)
        return Question(
            horizon=asked.within,
            as_of=self.as_of,
            complete_until=min(complete_until(self.playbook, sources), default=self.as_of),
            log_begins=self.as_of if begins is None else begins,
            first_ever=outcome.first_ever,
            since=asked.since,
            until=asked.until,
            zone=self.playbook.company.time_zone,
            touches_per_lead=judged.touches_per_lead,
        )

    def _fired(self, signal: Signal) -> Moments:
        return fired_moments(self.project, self.log, self.playbook, self.fold, signal, self.as_of)


def fired_moments(project: Project, log: Log, playbook: Playbook, fold: Fold, signal: Signal, as_of: Instant) -> Moments:
    """A signal's firings by the as-of, as they are kept, by the codes of the timeline."""
    import numpy as np

    from tandem.signals.backtest.moments import Moments

    edges = kept_edges(project, log, [signal], playbook)[signal.name]
    fires = np.flatnonzero(edges.fires[: edges.until(as_of)])
    codes = fold.records.codes(signal.about)
    of_edges = np.array([codes[one] for one in edges.subjects], np.int64)
    return Moments.of(of_edges[edges.subject[fires]], edges.at[fires])


def _find_outcome(playbook: Playbook, name: str) -> Outcome:
    outcomes = playbook.product.judged.outcomes
    if name not in outcomes:
        raise UnknownName("outcome", name, outcomes)
    return outcomes[name]


def matched_kind(signal: Signal, outcome: Outcome) -> About:
    """The kind of subject at which a firing and an outcome meet: the same, or else the account of both. Raises Unmatched."""
    if signal.about == outcome.about:
        return signal.about
    if "account" in (signal.about, outcome.about):
        return "account"
    raise Unmatched(
        f"`{signal.name}` is about a {signal.about}, and `{outcome.name}` about a {outcome.about}: neither is a part of the other",
        "declare an outcome `about: account`, which both belong to",
    )


def _fired_as_aimed(asked: BacktestRequest, signal: Signal, fold: Fold, question: Question) -> tuple[Moments, Aimed]:
    """The firings of the threshold that keeps the aim."""
    from tandem.app.curve import find_tests, sweep
    from tandem.signals.backtest.aim import aimed
    from tandem.signals.backtest.moments import Moments

    assert asked.aim is not None, asked
    test = find_tests(signal, asked.test)[asked.test - 1]
    swept = list(sweep(fold, signal, test, question.as_of))
    leads = [int((each.fires & question.within(each.at)).sum()) for each in swept]
    length = question.ends - question.begins
    chosen = aimed(asked.aim, leads, length)
    if chosen is None:
        raise NoAim(
            f"no threshold of `{show(test)}` gives as few as {asked.aim.leads} leads a {asked.aim.period}"
            if length > 0
            else "the period has no length",
            "`tandem curve` shows what each gives",
        )
    found = swept[chosen]
    rate = float(asked.aim.rate(leads[chosen], length))
    return Moments.of(found.subject[found.fires], found.at[found.fires]), Aimed(asked.aim, show(test), show(found.literal), rate)


def _number(share: Any) -> float | None:
    return None if share is None else float(share)
