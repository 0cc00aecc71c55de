"""Laws 1 to 3 for funnels, from stored facts through identity and timeline to the attempts of everybody."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random

from tandem.app.edges import open_fold
from tandem.app.project import Project
from tandem.behavior.funnel.attempts import find_attempts
from tandem.behavior.funnel.funnel import Funnel
from tandem.behavior.funnel.meaning import attempts_of
from tandem.signals.told import world_of_facts
from tandem.signals.world import Subject
from tandem.values.instants import DAY, Instant
from tests.app.logs import delivered
from tests.behavior.funnels import dense_world, funnel_of
from tests.laws.test_activity_laws import stored
from tests.signals.worlds import START, SmallWorld

# Whose, from which event on, and when it reached its stages.
Told = list[tuple[str, str, tuple[Instant, ...]]]


def funnels(seed: int) -> list[Funnel]:
    chance = Random(seed)
    return [funnel_of(chance) for _ in range(12)]


def told(found: Project, seed: int, as_of: Instant) -> list[Told]:
    log = found.log()
    fold = open_fold(found, log)
    answers = []
    for funnel in funnels(seed):
        attempts = find_attempts(fold.timeline, fold.columns, funnel, as_of, tell_ties=True)
        ids = fold.timeline.subjects(funnel.about).ids
        facts = log.at("event", fold.timeline.places(attempts.start.tolist()))
        columns = zip(attempts.subject.tolist(), facts, attempts.first.tolist(), attempts.level.tolist(), strict=True)
        answers.append(
            sorted((ids[one], fact.id, tuple(attempts.reached[first : first + level].tolist())) for one, fact, first, level in columns)
        )
    return answers


def small_worlds(count: int, seed: int) -> Iterable[tuple[int, SmallWorld]]:
    chance = Random(seed)
    return ((number, dense_world(chance)) for number in range(count))


def test_what_a_project_is_told_is_what_the_reference_means(tmp_path: Path) -> None:
    deep = 0
    for number, small in small_worlds(6, seed=81):
        found, as_of = stored(tmp_path / str(number), [small.facts], sealed=number % 2 == 0), START + (3 + number % 4) * DAY
        world = world_of_facts(small.facts, found.playbook.product.rules, **vars(found.playbook.declared))
        for funnel, answer in zip(funnels(number), told(found, number, as_of), strict=True):
            subjects = [one for one in world.existence if one.kind == funnel.about]
            subjects += [Subject(funnel.about, one) for one in {each[0] for each in answer} - {one.id for one in subjects}]
            meant = [(one.id, each.start, each.reached) for one in subjects for each in attempts_of(world, one, funnel, as_of)]
            assert answer == sorted(meant), (number, funnel)
            deep += any(len(each[-1]) > 1 for each in answer)
    assert deep > 8


def test_what_is_known_later_never_changes_an_answer(tmp_path: Path) -> None:
    for number, small in small_worlds(2, seed=82):
        whole = stored(tmp_path / f"{number}", [small.facts])
        for days in (2, 4):
            then = START + days * DAY
            ignorant = stored(tmp_path / f"{number}-{days}", [[fact for fact in small.facts if fact.known_at <= then]])
            assert told(whole, number, then) == told(ignorant, number, then)


def test_order_and_how_facts_are_delivered_do_not_matter(tmp_path: Path) -> None:
    chance = Random(83)
    for number, small in small_worlds(3, seed=83):
        expected = told(stored(tmp_path / f"{number}", [small.facts]), number, START + 6 * DAY)
        shuffled = chance.sample(small.facts, len(small.facts))
        refreshed = stored(tmp_path / f"{number}-refreshed", [])
        for facts in (shuffled[:9], shuffled[9:20], shuffled[20:]):
            delivered(refreshed.folder / "data", facts)
            told(refreshed, number, START + 6 * DAY)  # The timeline is built here, then refreshed.
        assert told(refreshed, number, START + 6 * DAY) == expected
