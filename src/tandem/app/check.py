"""`tandem check`: everything that is wrong with a playbook, at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tandem.app.failures import Failure
from tandem.app.playbook.playbook import Playbook, read_playbook
from tandem.language.problem import Problem, sort_problems
from tandem.signals.playbook.funnels import Stage
from tandem.signals.playbook.soonest import soonest
from tandem.values.durations import show_duration
from tandem.values.instants import DAY
from tandem.values.names import nearest

if TYPE_CHECKING:
    from tandem.app.project import Project


@dataclass(frozen=True)
class CheckRequest:
    """folder: the playbook's, not the project's. seen: the names of all events in the project's data; None where there is none yet.
    called: the folder's name in what is told, where it is not its own."""

    folder: Path
    seen: Collection[str] | None = None
    called: str | None = None


@dataclass(frozen=True)
class CheckReport:
    """problems: by file and place. fingerprint: the version of the rules, as far as they could be read. tests: how many ran; none where
    the playbook has an error, for then nobody knows what a signal means."""

    problems: tuple[Problem, ...]
    fingerprint: str
    sources: tuple[str, ...]
    signals: tuple[str, ...] = ()
    tests: int = 0

    @property
    def errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        return len(self.problems) - self.errors

    def as_json(self) -> dict[str, object]:
        return {
            "problems": [problem.as_json() for problem in self.problems],
            "errors": self.errors,
            "warnings": self.warnings,
            "fingerprint": self.fingerprint,
            "sources": list(self.sources),
            "signals": list(self.signals),
            "tests": self.tests,
        }


def check(request: CheckRequest) -> CheckReport:
    playbook = read_playbook(request.folder, request.called)
    failed, tests = run_tests(playbook)
    problems = sort_problems((*playbook.problems, *_never_seen(playbook, request.seen), *_trial(playbook), *_mixed(playbook), *failed))
    return CheckReport(problems, playbook.fingerprint, tuple(playbook.sources), tuple(playbook.signals), tests)


def check_project(project: Project) -> CheckReport:
    """The same of a project, with what its data can tell. Data that cannot be read is not the playbook's fault, and is told elsewhere."""
    seen: Collection[str] | None = None
    if (project.folder / "data" / "journal").exists():
        with suppress(Failure):
            log = project.log()
            # Of no data at all, every event would be missing.
            seen = log.distinct("event", "event") if "event" in log.kinds() else None
    return check(CheckRequest(project.folder / "playbook", seen))


def run_tests(playbook: Playbook) -> tuple[tuple[Problem, ...], int]:
    """What fails of the tests in a playbook, and how many there are."""
    if _has_errors(playbook) or not any(signal.tests for signal in playbook.signals.values()):
        return (), 0
    # Identity works on tables; who has no tests need not wait for them to load.
    from tandem.signals.playbook import tested

    run = tested.run_tests(playbook.signals.values(), playbook.product.rules, playbook.declared)
    return run.problems, run.count


def _has_errors(playbook: Playbook) -> bool:
    return any(problem.severity == "error" for problem in playbook.problems)


def _never_seen(playbook: Playbook, seen: Collection[str] | None) -> Iterator[Problem]:
    for name, place in playbook.events_at.items():
        if seen is not None and name not in seen:
            near = nearest(name, seen)
            help = f"did you mean `{near}`, which came?" if near is not None else "remove it, or let the product send it"
            yield Problem("event_never_seen", f"no event `{name}` ever came", place, help, severity="warning")


def _mixed(playbook: Playbook) -> Iterator[Problem]:
    """Stages of the funnel of self-serve that only a seller brings about."""
    funnel = playbook.product.walked.funnels.get("self_serve")
    for outcome in (each for stage in (() if funnel is None else funnel.stages) for each in stage.outcomes):
        if outcome.is_of_a_seller:
            yield Problem(
                "mixed_funnel",
                f"the funnel of `self_serve` has a stage that only a seller brings about: {Stage((outcome,)).name}",
                outcome.place,
                "end it with what an account does by itself, such as `{payment: first}`, and put this into `sales_assist` or `sales_led`",
                severity="warning",
            )


def _trial(playbook: Playbook) -> Iterator[Problem]:
    """Only where every signal that use can turn on is read, for one that is not may be the one that fires."""
    trial, place = playbook.product.trial, playbook.trial_at
    if trial is None or place is None or _has_errors(playbook):
        return
    conditions = {name: signal.when for name, signal in playbook.signals.items()}
    waits = {name: soonest(signal.when, conditions) for name, signal in playbook.signals.items() if signal.kind in ("usage", "intent")}
    if waits and min(waits.values()) >= trial:
        first = min(waits, key=lambda name: waits[name])
        yield Problem(
            "trial_too_short",
            f"a trial of `{place.text}` is over before any signal can turn on",
            place,
            f"the soonest is `{first}`, {show_duration(waits[first] // DAY * DAY or waits[first])} from the beginning; shorten its windows, or add a signal for the first days",
            playbook.signals[first].place,
            "warning",
        )
