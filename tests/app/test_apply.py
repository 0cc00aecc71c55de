"""`tandem apply` and `tandem playbooks`: what is in force, since when; what is refused; and the way back."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tandem.app.applying import AlreadyDecided, Applied, ApplyRequest, apply_playbook
from tandem.app.playbook.in_force import find_in_force, open_in_force
from tandem.app.project import Project
from tandem.app.world import World
from tandem.storage.lock import WriterLock
from tandem.storage.manifest import read_manifest
from tandem.storage.playbooks import AppliedPlaybooks, Apply, digest_of
from tandem.values.instants import DAY, HOUR, Instant, read_instant
from tests.app.projects import finished, project, started, tandem

FACTS = """\
2026-03-01 Opened by ann @acme
2026-03-02 Opened by ann @acme
2026-03-20 Opened by bob @beta
"""
SIGNAL = """\
signals:
  active:
    title: Active
    kind: usage
    about: account
    when: count("Opened", 7d) >= {threshold}  # {note}
    tests:
      - given: 2026-04-01 Opened by ann @acme
        expect: {expect}
"""
NOW = read_instant("2026-04-01T12:00:00Z", None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = project(tmp_path / "acme", zone="Europe/Berlin")
    (found / "playbook" / "signals").mkdir()
    write(found, 1)
    facts = tmp_path / "facts.txt"
    facts.write_text(FACTS)
    assert tandem(found, "import", "notation", facts).code == 0
    return found


def write(folder: Path, threshold: int, note: str = "as agreed") -> None:
    expect = "on from 2026-04-01 until 2026-04-08" if threshold == 1 else "never on"
    (folder / "playbook" / "signals" / "all.yaml").write_text(SIGNAL.format(threshold=threshold, note=note, expect=expect))


def applied(folder: Path, *arguments: str) -> dict[str, object]:
    told = tandem(folder, "apply", *arguments, "--format", "json")
    assert told.code == 0, told.err
    return told.json


def serve(folder: Path) -> None:
    """As a server would mark the project; there is none yet."""
    path = folder / "data" / "manifest.json"
    manifest = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(manifest | {"served": True}))
    assert read_manifest(folder / "data").served


def at(folder: Path, now: Instant, version: str | None = None, since: str | None = None, *, quiet: bool = False) -> Applied:
    """An apply at an instant of the clock."""
    return apply_playbook(Project(folder, World(now=lambda: now)), ApplyRequest(version, since, quiet))


def holds(folder: Path, as_of: Instant = 10 * NOW) -> list[tuple[Instant | None, str, bool]]:
    versions = find_in_force(Project(folder, World()), as_of).versions
    return [(each.since, each.playbook.fingerprint, each.quiet) for each in versions]


# What is in force.


def test_before_the_first_apply_the_folder_s_playbook_is_used_and_called_so(folder: Path) -> None:
    _, as_of, found = open_in_force(Project(folder, World()), None)
    assert (found.taken, [each.since for each in found.versions]) == ("folder", [None])
    assert as_of == read_instant("2026-03-19T23:00:00Z", None)
    told = tandem(folder, "playbooks", "--format", "json").json
    assert (told["playbooks"], told["in_force"], told["folder"]) == ([], None, found.playbook.fingerprint)
    assert "none was applied: the folder's" in tandem(folder, "playbooks").err


def test_in_a_project_that_was_never_served_it_holds_from_the_beginning_in_place_of_all_before(folder: Path) -> None:
    first = applied(folder)
    assert (first["how"], first["since"], first["before"], first["place"]) == ("applied", None, None, 3)
    write(folder, 2)
    second = applied(folder)
    assert (second["since"], second["before"]) == (None, first["fingerprint"])
    assert holds(folder) == [(None, second["fingerprint"], False)]
    assert [each["state"] for each in tandem(folder, "playbooks", "--format", "csv").csv] == ["replaced", "in force"]


def test_what_is_in_force_is_the_text_that_was_applied_whatever_the_folder_says_now(folder: Path) -> None:
    first = applied(folder)
    shutil.rmtree(folder / "playbook")
    (folder / "playbook").mkdir()
    _, as_of, found = open_in_force(Project(folder, World()), "2026-03-10")
    # In the time zone that was applied.
    assert as_of == read_instant("2026-03-09T23:00:00Z", None)
    assert (found.taken, found.playbook.fingerprint) == ("applied", first["fingerprint"])
    assert str(found.playbook.signals["active"].place) == "playbook/signals/all.yaml:6:11"
    assert "does not read" in tandem(folder, "playbooks").err


def test_the_draft_is_the_folder_s_whatever_was_applied(folder: Path) -> None:
    first = applied(folder)
    write(folder, 2)
    found = find_in_force(Project(folder, World()), NOW, draft=True)
    assert (found.taken, len(found.versions)) == ("draft", 1)
    assert found.playbook.fingerprint != first["fingerprint"]


def test_from_an_instant_on_the_earlier_one_holds_before_it(folder: Path) -> None:
    first = applied(folder)
    write(folder, 2)
    second = applied(folder, "--from", "2026-03-10", "--quiet")
    since = read_instant("2026-03-09T23:00:00Z", None)
    assert second["since"] == "2026-03-09T23:00:00Z"
    assert holds(folder) == [(None, first["fingerprint"], False), (since, second["fingerprint"], True)]
    assert holds(folder, since - 1) == [(None, first["fingerprint"], False)]
    listed = tandem(folder, "playbooks", "--format", "csv").csv
    assert [(each["state"], each["since"], each["until"], each["quiet"]) for each in listed] == [
        ("ended", "", "2026-03-09T23:00:00Z", "false"),
        ("in force", "2026-03-09T23:00:00Z", "", "true"),
    ]
    before = tandem(folder, "playbooks", "--as-of", "2026-03-05", "--format", "csv").csv
    assert [each["state"] for each in before] == ["in force", "to come"]


def test_one_from_an_earlier_instant_replaces_those_that_would_follow(folder: Path) -> None:
    first = at(folder, NOW)
    write(folder, 2)
    at(folder, NOW, since="2026-03-20")
    write(folder, 3)
    third = at(folder, NOW, since="2026-03-10")
    assert [fingerprint for _, fingerprint, _ in holds(folder)] == [first.apply.fingerprint, third.apply.fingerprint]


def test_in_a_served_project_it_holds_from_now_on(folder: Path) -> None:
    serve(folder)
    first = at(folder, NOW)
    write(folder, 2)
    second = at(folder, NOW + DAY, quiet=True)
    assert holds(folder) == [(NOW, first.apply.fingerprint, False), (NOW + DAY, second.apply.fingerprint, True)]
    assert holds(folder, NOW + HOUR) == [(NOW, first.apply.fingerprint, False)]
    # Before it, nothing was decided, and the folder's is used.
    assert find_in_force(Project(folder, World()), NOW - 1).taken == "folder"


def test_a_clock_that_went_back_alters_no_decision(folder: Path) -> None:
    serve(folder)
    at(folder, NOW)
    write(folder, 2)
    assert at(folder, NOW - HOUR).apply.since == NOW + 1


def test_what_was_applied_before_the_project_was_served_holds_until_the_next(folder: Path) -> None:
    first = at(folder, NOW)
    serve(folder)
    write(folder, 2)
    second = at(folder, NOW + DAY)
    assert holds(folder) == [(None, first.apply.fingerprint, False), (NOW + DAY, second.apply.fingerprint, False)]


# What is refused.


def test_nothing_is_applied_from_an_instant_at_or_before_a_decision(folder: Path) -> None:
    serve(folder)
    first = at(folder, NOW, since="2026-03-10")  # Nothing has been decided yet.
    write(folder, 2)
    for since in ("2026-03-20", "2026-04-01T12:00:00Z"):
        with pytest.raises(AlreadyDecided, match="has decided until 2026-04-01T12:00:00Z"):
            at(folder, NOW + DAY, since=since)
    assert len(holds(folder)) == 1
    second = at(folder, NOW + DAY, since="2026-04-01T12:00:01Z")
    assert [fingerprint for _, fingerprint, _ in holds(folder)] == [first.apply.fingerprint, second.apply.fingerprint]
    # The second apply has decided too, though its rules hold from an earlier instant.
    write(folder, 3)
    with pytest.raises(AlreadyDecided, match="2026-04-02T12:00:00Z"):
        at(folder, NOW + 2 * DAY, since="2026-04-01T13:00:00Z")


def test_it_is_told_where_from_is_refused_on_the_command_line(folder: Path) -> None:
    serve(folder)
    applied(folder)
    write(folder, 2)
    told = tandem(folder, "apply", "--from", "2026-03-10")
    assert (told.code, told.out) == (1, "")
    assert "[already_decided]" in told.err
    assert "leave `--from` out" in told.err
    assert (tandem(folder, "apply", "--from", "soon").code, len(holds(folder))) == (2, 1)


def test_a_playbook_with_errors_is_not_applied_and_all_of_them_are_told(folder: Path) -> None:
    (folder / "playbook" / "signals" / "all.yaml").write_text(
        "signals:\n  x: {title: X, kind: usage, about: account, when: cuont(any) = 1}\n"
    )
    (folder / "playbook" / "company.yaml").write_text("name: Acme\ntime_zone: Nowhere/Land\n")
    told = tandem(folder, "apply")
    assert (told.code, told.out) == (1, "")
    assert "playbook/company.yaml:2:12" in told.err
    assert "playbook/signals/all.yaml:2:" in told.err
    assert tandem(folder, "playbooks", "--format", "json").json["playbooks"] == []
    assert list((folder / "data" / "playbooks").iterdir()) == []


def test_a_file_that_cannot_be_read_is_a_problem_as_it_is_for_check(folder: Path) -> None:
    os.mkfifo(folder / "playbook" / "signals" / "pipe.yaml")
    (folder / "playbook" / "boundary.yaml").mkdir()
    told = tandem(folder, "apply")
    assert (told.code, told.out) == (1, "")
    assert "`signals/pipe.yaml` cannot be read: it is a pipe [unreadable_file]" in told.err
    assert "`boundary.yaml` cannot be read: it is a folder [unreadable_file]" in told.err


def test_hidden_files_and_notes_are_no_part_of_a_version(folder: Path) -> None:
    (folder / "playbook" / ".schema").mkdir()
    (folder / "playbook" / ".schema" / "signals.json").write_text("{}")
    (folder / "playbook" / "NOTES.md").write_text("Ask Bea.\n")
    kept = folder / str(applied(folder)["text"])
    assert sorted(path.relative_to(kept).as_posix() for path in kept.rglob("*") if path.is_file()) == [
        "company.yaml", "product.yaml", "signals/all.yaml",
    ]  # fmt: skip
    (folder / "playbook" / "NOTES.md").write_text("Ask Cid.\n")
    assert applied(folder)["how"] == "nothing"


def test_a_playbook_whose_test_fails_is_not_applied(folder: Path) -> None:
    first = applied(folder)
    write(folder, 2)
    file = folder / "playbook" / "signals" / "all.yaml"
    file.write_text(file.read_text().replace("never on", "on from 2026-04-01 until 2026-04-08"))
    told = tandem(folder, "apply")
    assert (told.code, told.out) == (1, "")
    assert "the signal `active` is on at other times for `acme` [test_failed]" in told.err
    assert holds(folder) == [(None, first["fingerprint"], False)]


def test_two_applies_at_once_are_one_and_one_that_is_told_who_writes(folder: Path) -> None:
    with WriterLock(folder / "data" / "writer.lock", "import"):
        told = tandem(folder, "apply")
        assert (told.code, told.out) == (1, "")
        assert "`import` (process" in told.err
        # Reading needs no lock.
        assert tandem(folder, "playbooks").code == 0
    both = [finished(each) for each in [started(folder, "apply", "--format", "json") for _ in range(2)]]
    assert {each.code for each in both} <= {0, 1}
    assert {each.json["how"] for each in both if each.code == 0} <= {"applied", "nothing"}
    assert len(tandem(folder, "playbooks", "--format", "csv").csv) == 1


def test_a_list_that_was_damaged_is_told_and_nothing_is_written_over_it(folder: Path) -> None:
    applied(folder)
    path = folder / "data" / "playbooks" / "applied.list"
    harmed = path.read_bytes().replace(b'"quiet":false', b'"quiet":true')
    path.write_bytes(harmed)
    write(folder, 2)
    for command in ("apply", "playbooks"):
        told = tandem(folder, command)
        assert (told.code, told.out) == (1, "")
        assert "applied.list does not match its checksum [damaged_data]" in told.err
        assert "restore `data/` from a backup" in told.err
    assert path.read_bytes() == harmed


def test_a_text_that_was_damaged_is_told(folder: Path) -> None:
    first = applied(folder)
    (folder / str(first["text"]) / "signals" / "all.yaml").write_text("signals: {}\n")
    write(folder, 2)
    told = tandem(folder, "apply", str(first["fingerprint"]))
    assert (told.code, "is not the text that was applied [damaged_data]" in told.err) == (1, True)


def test_a_version_that_tandem_no_longer_reads_is_told_as_such(folder: Path) -> None:
    """As an older Tandem may have applied it."""
    texts = {"company.yaml": b"name: Acme\ntime_zone: Nowhere/Land\n"}
    store = AppliedPlaybooks(folder / "data" / "playbooks")
    store.draft(texts)
    store.append((), Apply(1, "apply", "aabbccddee", store.keep("aabbccddee", ()), digest_of(texts), None, NOW, 3))
    for command in (("leads",), ("plan",), ("apply", "aabb")):
        told = tandem(folder, *command)
        assert (told.code, told.out) == (1, "")
        assert "playbook/company.yaml:2:12" in told.err
        assert "the applied playbook aabbccddee has problems for this version of Tandem [applied_problems]" in told.err
    # The folder's is sound, and takes its place.
    assert applied(folder)["before"] == "aabbccddee"
    assert tandem(folder, "leads").code == 0


# What changes nothing, and the way back.


def test_what_is_in_force_already_changes_nothing(folder: Path) -> None:
    first = applied(folder)
    listed = (folder / "data" / "playbooks" / "applied.list").read_bytes()
    again = applied(folder)
    assert (again["how"], again["fingerprint"], again["since"]) == ("nothing", first["fingerprint"], None)
    assert applied(folder, "--from", "2026-03-10")["how"] == "nothing"
    assert tandem(folder, "apply").out.startswith(f"nothing changes: {str(first['fingerprint'])[:12]} is in force already")
    assert (folder / "data" / "playbooks" / "applied.list").read_bytes() == listed


def test_other_comments_are_kept_and_no_rule_changes(folder: Path) -> None:
    serve(folder)
    first = at(folder, NOW)
    write(folder, 1, note="as agreed in March")
    again = at(folder, NOW + DAY)
    assert (again.how, again.apply.fingerprint, again.apply.since) == ("text", first.apply.fingerprint, NOW)
    # Nobody who is on is asked a second time.
    assert holds(folder) == [(NOW, first.apply.fingerprint, False)]
    assert "March" in (folder / again.text / "signals" / "all.yaml").read_text()
    assert "March" not in (folder / first.text / "signals" / "all.yaml").read_text()
    shutil.rmtree(folder / "playbook" / "signals")
    found = find_in_force(Project(folder, World()), 10 * NOW).playbook.signals["active"]
    assert "March" in found.place.source.text
    assert at(folder, NOW + DAY, first.apply.fingerprint).how == "nothing"


def test_an_older_version_comes_back_by_the_first_digits_of_its_fingerprint(folder: Path) -> None:
    first = applied(folder)
    write(folder, 2)
    second = applied(folder)
    text = (folder / "playbook" / "signals" / "all.yaml").read_bytes()
    back = applied(folder, str(first["fingerprint"])[:6].upper())
    assert (back["how"], back["fingerprint"], back["before"], back["text"]) == (
        "applied", first["fingerprint"], second["fingerprint"], first["text"],
    )  # fmt: skip
    assert holds(folder) == [(None, first["fingerprint"], False)]
    # The folder stays as it is.
    assert (folder / "playbook" / "signals" / "all.yaml").read_bytes() == text
    assert "has other rules: see tandem plan" in tandem(folder, "playbooks").err


def test_a_way_back_in_a_served_project_holds_from_now_on(folder: Path) -> None:
    serve(folder)
    first = at(folder, NOW)
    write(folder, 2)
    second = at(folder, NOW + DAY)
    back = at(folder, NOW + 2 * DAY, first.apply.fingerprint)
    assert [(since, fingerprint) for since, fingerprint, _ in holds(folder)] == [
        (NOW, first.apply.fingerprint),
        (NOW + DAY, second.apply.fingerprint),
        (NOW + 2 * DAY, back.apply.fingerprint),
    ]


@pytest.mark.parametrize(
    ("version", "code", "says"),
    [
        ("abc", 2, "`abc` is too short for a fingerprint"),
        ("0000000", 1, "no version `0000000` was ever applied [no_such_version]"),
        ("wants_sso", 1, "no version `wants_sso` was ever applied"),
    ],
)
def test_what_names_no_version_is_told(folder: Path, version: str, code: int, says: str) -> None:
    applied(folder)
    told = tandem(folder, "apply", version)
    assert (told.code, says in told.err) == (code, True), told.err


def test_a_project_without_any_facts_may_have_a_playbook_in_force(tmp_path: Path) -> None:
    found = project(tmp_path / "new")
    assert applied(found)["place"] == 0
    assert tandem(found, "check").code == 0
    assert tandem(found, "playbooks").code == 0


def test_it_is_printed_for_people(folder: Path) -> None:
    told = tandem(folder, "apply")
    name = applied(folder)["fingerprint"]
    assert told.out.splitlines() == [
        f"{str(name)[:12]} is in force from the log's beginning",
        f"its text is kept in data/playbooks/{name}",
    ]
    assert "it has no boundary.yaml: until there is one no signal permits a touch" in told.err
    shown = tandem(folder, "playbooks").out.splitlines()
    assert shown[0].split() == ["fingerprint", "state", "since", "until", "applied_at", "quiet"]
    assert shown[1].startswith(f"{str(name)[:12]}  in force  the log's beginning")


def test_what_was_in_force_until_now_is_named_and_what_was_to_come_is_dropped(folder: Path) -> None:
    first = applied(folder)["fingerprint"]
    write(folder, 2)
    second = applied(folder, "--from", "2027-06-01")
    assert (second["before"], second["dropped"]) == (first, [])
    write(folder, 3)
    third = applied(folder, "--from", "2026-03-10T00:00Z")
    assert (third["before"], third["dropped"]) == (first, [{"fingerprint": second["fingerprint"], "since": "2027-05-31T22:00:00Z"}])
    write(folder, 2)
    applied(folder, "--from", "2027-06-01")
    write(folder, 4)
    told = tandem(folder, "apply", "--from", "2019-01-01").out.splitlines()
    assert (
        told[1]
        == f"before it was {str(third['fingerprint'])[:12]}: it is replaced from its beginning on; `tandem apply {str(third['fingerprint'])[:12]}` brings it back"
    )
    assert told[2].startswith(f"{str(second['fingerprint'])[:12]}, from 2027-05-31T22:00:00Z, is dropped")


def test_an_altered_text_is_put_right_by_an_apply_from_a_folder_with_the_same_text(folder: Path) -> None:
    first = applied(folder)
    (folder / str(first["text"]) / "signals" / "all.yaml").write_text("signals: {}\n")
    assert tandem(folder, "leads").code == 1
    told = tandem(folder, "apply")
    assert (told.code, "had been altered, and is put right" in told.out) == (0, True)
    assert len(tandem(folder, "playbooks", "--format", "csv").csv) == 1
    assert tandem(folder, "leads").code == 0
    # Gone altogether, and by another folder.
    shutil.rmtree(folder / str(first["text"]))
    write(folder, 2)
    assert tandem(folder, "apply", str(first["fingerprint"])).code == 1
    write(folder, 1)
    assert applied(folder)["how"] == "mended"
