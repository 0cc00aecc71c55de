"""The signals of `examples/`: their tests pass, and on the real data their edges are those of the reference and of plain SQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from shutil import copytree
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tandem.app.check import CheckRequest, check
from tandem.app.history.edges import KeptEdges, kept_edges
from tandem.app.playbook.playbook import read_playbook
from tandem.app.project import Project
from tandem.app.world import World as Outside
from tandem.facts.tables import FACT_SCHEMAS
from tandem.signals.edges import edges
from tandem.signals.told import world_of_tables
from tandem.signals.world import Subject, World
from tandem.values.instants import DAY, Instant
from tests.app.projects import imported, tandem
from tests.app.projects import project as empty_project
from tests.connect.shared import folder

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.name for path in EXAMPLES.iterdir())

# The triggers that the field names, each with the signal of `examples/triggers` that stands for it.
TRIGGERS = {
    "a target account signs up": "target_signs_up",
    "ten active people": "ten_active_people",
    "a limit of the plan": "feature_limit",
    "the pricing page": "looks_at_prices",
    "a security questionnaire": "security_questionnaire",
    "single sign-on": "wants_sso",
    "several teams": "several_teams",
    "a raised hand": "raised_hand",
    "several products": "several_products",
    "a renewal in 90 days": "renewal_in_90_days",
    "a trial that ends": "trial_ending",
}

CITIES = """\
signals:
  three_listeners: {title: Three listeners of one city in a week, kind: usage, about: workspace, when: 'people(any, 7d) >= 3'}
"""

Edges = list[tuple[str, Instant, str]]


@pytest.mark.parametrize("name", NAMES)
def test_an_example_checks_clean_and_every_signal_has_a_test_that_passes(name: str) -> None:
    report = check(CheckRequest(EXAMPLES / name / "playbook"))
    assert report.problems == (), [problem.told() for problem in report.problems]
    signals = read_playbook(EXAMPLES / name / "playbook").signals
    assert [signal.name for signal in signals.values() if not signal.tests] == []
    assert report.tests == sum(len(signal.tests) for signal in signals.values())


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_every_trigger_that_the_field_names_turns_a_signal_on_in_a_test(trigger: str) -> None:
    signal = read_playbook(EXAMPLES / "triggers" / "playbook").signals[TRIGGERS[trigger]]
    assert any(said.value.startswith("on from ") for test in signal.tests for said in test.expect.values())


# On the real data.


def project(into: Path, name: str, **sources: str) -> Project:
    """An example with its data imported. sources: by mapping, which files."""
    data = folder(name)
    copytree(EXAMPLES / name, into, dirs_exist_ok=True)
    for source, pattern in sources.items():
        imported(into, source, *sorted(data.glob(pattern)))
    return Project(into, Outside())


@pytest.fixture(scope="module")
def sparkify(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project(tmp_path_factory.mktemp("sparkify"), "sparkify", sparkify="*.json")


@pytest.fixture(scope="module")
def ravenstack(tmp_path_factory: pytest.TempPathFactory) -> Project:
    kinds = ("accounts", "subscriptions", "feature_usage", "support_tickets")
    return project(tmp_path_factory.mktemp("ravenstack"), "ravenstack", **{f"ravenstack_{kind}": f"*_{kind}.csv" for kind in kinds})


@pytest.fixture(scope="module")
def cities(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Sparkify with the listeners of one city as a team, for people to be counted."""
    mapping = (EXAMPLES / "sparkify" / "playbook" / "sources" / "sparkify.yaml").read_text()
    into = empty_project(
        tmp_path_factory.mktemp("cities"),
        sources={"sparkify": mapping.replace("person: userId", "person: userId\n    workspace: location")},
    )
    (into / "playbook" / "signals").mkdir()
    (into / "playbook" / "signals" / "cities.yaml").write_text(CITIES)
    imported(into, "sparkify", *sorted(folder("sparkify").glob("*.json")))
    return Project(into, Outside())


def found_edges(project: Project) -> dict[str, KeptEdges]:
    return kept_edges(project, project.log(), project.playbook.signals.values())


def told(kept: KeptEdges) -> Edges:
    """By instant, then subject."""
    names = [kept.subjects[code] for code in kept.subject.tolist()]
    return [(name, at, "entered" if on else "left") for name, at, on in zip(names, kept.at.tolist(), kept.entered.tolist(), strict=True)]


def counted(kept: dict[str, KeptEdges], until: Instant) -> dict[str, tuple[int, int]]:
    """By signal, how often it entered and left."""
    sums = {}
    for name, each in kept.items():
        entered = each.entered[: each.until(until)]
        sums[name] = (int(entered.sum()), int((~entered).sum()))
    return sums


@pytest.mark.shared
def test_sparkify_has_so_many_edges(sparkify: Project) -> None:
    log = sparkify.log()
    assert log.known_until is not None
    assert counted(found_edges(sparkify), log.known_until) == {
        "everyday": (75, 67),
        "goes_quiet": (10, 5),
        "looks_at_upgrade": (3, 2),
        "may_go_back": (5, 5),
        "needs_help": (1, 1),
        "pages_per_song": (25, 25),
        "wide_taste": (1, 1),
    }


@pytest.mark.shared
def test_ravenstack_has_so_many_edges(ravenstack: Project) -> None:
    log = ravenstack.log()
    assert log.known_until is not None
    assert counted(found_edges(ravenstack), log.known_until) == {
        "broad_use": (716, 641),
        "has_left": (110, 0),
        "in_use": (991, 906),
        "large_contract": (385, 0),
        "many_errors": (7, 6),
        "several_subscriptions": (523, 54),
        "shrinks": (312, 0),
        "stops_using": (868, 846),
        "tries_beta": (133, 104),
        "two_urgent_tickets": (82, 81),
        "unhappy": (31, 25),
        "used_before_it_began": (15_620, 15_620),
    }


# By the slow reference, whose world holds only the facts of a few: of others it would have to read everything at every instant.


def world_of(project: Project, event: pa.ChunkedArray, records: dict[str, pa.ChunkedArray]) -> World:
    log = project.log()
    tables = {"event": log.table("event").filter(event)} | {kind: log.table(kind).filter(rows) for kind, rows in records.items()}
    playbook = project.playbook
    settings: Any = vars(playbook.declared)
    return world_of_tables(tables, playbook.product.rules, **settings)


def differences(project: Project, world: World, until: Instant) -> Iterator[str]:
    """Of each subject of the world and each signal, where the folds and the reference differ."""
    for name, kept in found_edges(project).items():
        signal = project.playbook.signals[name]
        rows = list(zip(told(kept), kept.known_at.tolist(), strict=True))
        for one in world.existence:
            if one.kind == signal.about:
                meant = [(edge.at, edge.edge, edge.known_at) for edge in edges(world, signal.when, one, until)]
                found = [(at, edge, known) for (subject, at, edge), known in rows if subject == one.id and at <= until]
                if found != meant:
                    yield f"{name} of {one.id}: found {found}, meant is {meant}"


@pytest.mark.shared
def test_on_sparkify_the_reference_finds_the_same_edges(sparkify: Project) -> None:
    log = sparkify.log()
    events = log.table("event")
    people = pc.value_counts(events["user_id"]).to_pylist()
    few = sorted(each["values"] for each in people if 20 <= each["counts"] <= 60)
    assert log.known_until is not None
    for person in Random(3).sample(few, 8):
        world = world_of(sparkify, pc.equal(events["user_id"], person), {})
        assert list(differences(sparkify, world, log.known_until + 30 * DAY)) == []


@pytest.mark.shared
def test_on_ravenstack_the_reference_finds_the_same_edges(ravenstack: Project) -> None:
    log = ravenstack.log()
    assert log.known_until is not None
    owners = {
        row["record_id"]: json.loads(row["fields"]).get("account")
        for row in log.table("workspace").to_pylist()
        if "account" in row["fields"]
    }
    for account in Random(3).sample(sorted(set(owners.values())), 3):
        theirs = pa.array([account, *(one for one, owner in owners.items() if owner == account)])
        events = log.table("event")
        mine = pc.or_kleene(pc.is_in(events["account_id"], theirs), pc.is_in(events["workspace_id"], theirs))
        kinds = [kind for kind in log.kinds() if kind in FACT_SCHEMAS and kind != "event"]
        records = {kind: pc.is_in(log.table(kind)["record_id"], theirs) for kind in kinds}
        world = world_of(ravenstack, mine, records)
        assert Subject("account", account) in world.existence
        assert list(differences(ravenstack, world, log.known_until + 30 * DAY)) == []


# By plain SQL over the facts that Tandem exports, or over the files themselves.

TURNS = """
    select subject, epoch_us(t), case when is_on then 'entered' else 'left' end
    from (select *, lag(is_on, 1, false) over (partition by subject order by t) as was_on from truths)
    where is_on <> was_on
    order by t, subject
"""


def exported(project: Project, into: Path) -> Path:
    """The events as `tandem facts` writes them."""
    path = into / "events.csv"
    path.write_text(tandem(project.folder, "facts", "--kind", "event", "--format", "csv").out)
    return path


def asked(sql: str, **files: Path | str) -> Edges:
    """The edges of `truths(subject, t, is_on)`. files: by the parameters that name them."""
    with duckdb.connect() as connection:
        return connection.execute(f"{sql} {TURNS}", {name: str(path) for name, path in files.items()}).fetchall()


@pytest.mark.shared
def test_urgent_tickets_are_those_that_a_running_sum_in_sql_counts(ravenstack: Project, tmp_path: Path) -> None:
    sql = """
        with urgent as (
            select account as subject, cast(occurred_at as timestamp) as t from read_csv($events, all_varchar = true)
            where event = 'Ticket Opened' and properties ->> 'priority' in ('high', 'urgent')
        ),
        changes as (select subject, t, 1 as change from urgent union all select subject, t + interval 30 days, -1 from urgent),
        sums as (select subject, t, sum(change) as change from changes group by all),
        truths as (select subject, t, sum(change) over (partition by subject order by t) >= 2 as is_on from sums)
    """
    found = told(found_edges(ravenstack)["two_urgent_tickets"])
    assert found == asked(sql, events=exported(ravenstack, tmp_path))
    assert len(found) == 164


@pytest.mark.shared
def test_what_was_used_before_a_subscription_counts_for_its_account_from_its_beginning_on_in_sql_over_the_files(
    ravenstack: Project,
) -> None:
    sql = """
        with usage as (select *, row_number() over () as n from read_csv($usage)),
        -- Of an id that stands twice, the first row is stored.
        stored as (select * from usage qualify row_number() over (partition by usage_id order by n) = 1),
        held as (
            select account_id as subject, feature_name as feature, greatest(usage_date, start_date)::timestamp as since,
                usage_date + interval 30 days as until
            from stored join read_csv($subscriptions) using (subscription_id)
            where start_date < usage_date + interval 30 days
        ),
        instants as (select subject, since as t from held union select subject, until from held),
        truths as (
            select subject, t, count(distinct feature) filter (since <= t and t < until) >= 4 as is_on
            from instants join held using (subject) group by all
        )
    """
    found = told(found_edges(ravenstack)["broad_use"])
    files = {
        kind: next(folder("ravenstack").glob(f"*_{file}.csv"))
        for kind, file in (("usage", "feature_usage"), ("subscriptions", "subscriptions"))
    }
    assert found == asked(sql, **files)
    assert len(found) == 1_432


@pytest.mark.shared
def test_days_and_the_last_level_are_those_of_sql_at_every_instant(sparkify: Project, tmp_path: Path) -> None:
    sql = """
        with events as (
            select person as subject, event, message_id as id, cast(occurred_at as timestamp) as t, properties ->> 'level' as level
            from read_csv($events, all_varchar = true)
        ),
        instants as (select subject, t from events union select subject, t + interval 7 days from events),
        truths as (
            select i.subject, i.t, coalesce(
                count(distinct e.t::date) filter (event = 'NextSong') >= 4 and arg_max(level, (e.t, id)) = 'free', false) as is_on
            from instants i left join events e on e.subject = i.subject and e.t > i.t - interval 7 days and e.t <= i.t group by all
        )
    """
    found = told(found_edges(sparkify)["everyday"])
    assert found == asked(sql, events=exported(sparkify, tmp_path))
    assert len(found) == 150


@pytest.mark.shared
def test_people_of_a_week_are_those_of_sql_at_every_instant(cities: Project, tmp_path: Path) -> None:
    sql = """
        with events as (
            select workspace as subject, person, cast(occurred_at as timestamp) as t from read_csv($events, all_varchar = true)
        ),
        instants as (select subject, t from events union select subject, t + interval 7 days from events),
        truths as (
            select i.subject, i.t, count(distinct person) >= 3 as is_on
            from instants i left join events e on e.subject = i.subject and e.t > i.t - interval 7 days and e.t <= i.t group by all
        )
    """
    found = told(found_edges(cities)["three_listeners"])
    assert found == asked(sql, events=exported(cities, tmp_path))
    assert len(found) == 22
