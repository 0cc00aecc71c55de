"""Laws 1 to 4 for the desk, from stored facts to the decisions over two playbooks in force."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from tandem.app.decisions.answering import answers_of
from tandem.app.project import Project
from tandem.boundary.desk.decisions import decisions_bytes
from tandem.boundary.desk.desk import Decided, decide
from tandem.boundary.fold.answers import Answers
from tandem.boundary.in_force import InForce, always
from tandem.boundary.meaning.leads import leads
from tandem.boundary.meaning.watch import watch
from tandem.facts.fact import Fact
from tandem.storage.log import Writer
from tandem.values.instants import DAY, Instant
from tests.app.logs import delivered
from tests.boundary.desks import START, desk
from tests.boundary.small_cases import UNTIL
from tests.laws.test_boundary_laws import PLAIN, STRICT, begun, case_of
from tests.storage.world import AT, delivery, refuse_with

SCARCE = PLAIN.replace("enterprise_need, valid_for: 2d", "enterprise_need, valid_for: 2d, budget: 1 per month").replace(
    "raised_hand, valid_for: 2d", "raised_hand, valid_for: 4d, budget: 1 per week"
)
APPLIED = START + 9 * DAY + 1
# Of every four worlds one is about queues, one about who becomes whom, one about how sales goes, one about everything.
WORLDS = [desk(seed).facts for seed in range(200, 212)]


def in_force(found: Project) -> list[InForce[Answers]]:
    """What the folder's playbook answers, and from a day on a stricter one over the same facts."""
    strict = begun(found.folder.parent / f"{found.folder.name}-strict", STRICT).playbook
    first, second = (answers_of(found, found.log(), playbook, UNTIL) for playbook in (found.playbook, strict))
    return [*always(first), InForce(APPLIED, second)]


def decided(found: Project, as_of: Instant = UNTIL) -> Decided:
    return decide(in_force(found), as_of)


def stored(folder: Path, facts: Sequence[Fact], *, sealed: bool = False) -> Project:
    found = begun(folder, SCARCE)
    delivered(found.folder / "data", facts, sealed=sealed)
    return found


def test_what_a_project_decides_is_what_the_slow_pages_mean(tmp_path: Path) -> None:
    opened = set()
    for number, facts in enumerate(WORLDS):
        found = stored(tmp_path / str(number), facts, sealed=number % 2 == 0)
        strict = begun(tmp_path / f"{number}-meant", STRICT)
        meant = [*always(case_of(found, facts)), InForce(APPLIED, case_of(strict, facts))]
        says = decided(found)
        assert says.leads == leads(meant, UNTIL)
        assert says.watch(START, UNTIL) == watch(meant, START, UNTIL, UNTIL)
        opened |= {(each.what, each.in_force) for each in says.decisions}
    assert {("opened", 0), ("opened", 1), ("waits", 0), ("queued", 0), ("reason", 0), ("ended", 1)} <= opened


def test_what_is_known_later_changes_no_decision(tmp_path: Path) -> None:
    for number, facts in enumerate(WORLDS[:4]):
        then = sorted(fact.known_at for fact in facts)[len(facts) * 2 // 3]
        early = decided(stored(tmp_path / f"{number}-then", [fact for fact in facts if fact.known_at <= then]), then)
        whole = decided(stored(tmp_path / f"{number}", facts))
        assert decisions_bytes(early.decisions) == decisions_bytes(each for each in whole.decisions if each.at <= then)


def test_a_log_of_the_same_facts_is_decided_the_same_to_the_byte_in_any_order_and_with_every_echo(tmp_path: Path) -> None:
    chance = Random(93)
    for number, facts in enumerate(WORLDS[4:8]):
        expected = decisions_bytes(decided(stored(tmp_path / f"{number}", facts)).decisions)
        assert decisions_bytes(decided(stored(tmp_path / f"{number}-again", facts, sealed=True)).decisions) == expected
        shuffled = chance.sample(facts, len(facts))
        echoed = begun(tmp_path / f"{number}-echoed", SCARCE)
        with Writer(echoed.folder / "data", "import") as writer:
            for fact in [*shuffled, *shuffled]:
                rows: Any = delivery(writer.key, [[fact]])
                writer.commit(rows, import_id="i", at=AT, refuse=refuse_with(writer.key))  # type: ignore[arg-type]
        assert decisions_bytes(decided(echoed).decisions) == expected
        assert expected
