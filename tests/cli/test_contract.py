"""The contract of the command line: others script against these columns, keys, codes and last lines."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from tandem.storage.lock import WriterLock
from tandem.storage.log import Log
from tests.app.projects import Told, call, events, finished, imported, lines, project, started, tandem

STORY = """
2026-03-01 ?x7 is ann email=ann@acme.com
2026-03-01T09:30 Opened by ann plan=free seats=3 #m1
2026-03-02 (known 2026-03-05) Invited by ann #m2
2026-03-03 Opened by ?x9 #m3
2026-03-04 account acme domain=acme.com name=Acme until=20270101 note={"known_at":1}
2026-03-04 opportunity O-1 @acme stage=Won amount=1200
"""
EVENT_COLUMNS = "message_id,type,event,person,workspace,account,occurred_at,known_at,place,source,properties"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = project(tmp_path / "acme")
    story(folder, STORY)
    return folder


def story(folder: Path, text: str) -> dict[str, object]:
    (folder.parent / "story.txt").write_text(text)
    return imported(folder, "notation", folder.parent / "story.txt")


def test_events_have_these_columns_in_this_order(folder: Path) -> None:
    told = tandem(folder, "facts", "--kind", "event", "--format", "csv")
    header, identified, opened, *_ = told.out.splitlines()
    assert header == EVENT_COLUMNS
    assert opened == 'm1,track,Opened,ann,,acme,2026-03-01T09:30:00Z,2026-03-01T09:30:00Z,2,notation,"{""plan"":""free"",""seats"":3}"'
    assert identified.split(",")[1:4] == ["identify", "", "ann"]


def test_an_empty_log_has_the_same_columns(tmp_path: Path) -> None:
    folder = project(tmp_path / "acme")
    assert tandem(folder, "facts", "--kind", "event", "--format", "csv").out == EVENT_COLUMNS + "\n"
    for kind in ("account", "merge", "correction"):
        told = tandem(folder, "facts", "--kind", kind, "--format", "csv")
        assert (told.code, len(told.out.splitlines())) == (0, 1)
    assert tandem(folder, "facts", "--format", "json").json["facts"] == []
    for command in (["facts"], ["failed"], ["doctor"], ["identity", "conflicts"]):
        assert tandem(folder, *command).code == 0


def test_records_are_shown_by_their_fields_declared_ones_first(folder: Path) -> None:
    told = tandem(folder, "facts", "--kind", "opportunity", "--format", "csv")
    (row,) = told.csv
    assert told.out.startswith("fact_id,opportunity,account,name,stage,owner,amount,currency,close_date,")
    assert told.out.splitlines()[0].endswith(",patch,deleted,occurred_at,known_at,place,source")
    assert (row["opportunity"], row["account"], row["stage"], row["amount"], row["patch"]) == ("O-1", "acme", "Won", "1200", "true")


def test_what_a_source_calls_by_a_word_of_ours_stays_as_the_source_said_it(folder: Path) -> None:
    (row,) = tandem(folder, "facts", "--kind", "account", "--format", "csv").csv
    assert (row["until"], row["note"]) == ("20270101", '{"known_at":1}')
    (row,) = tandem(folder, "facts", "--kind", "account", "--format", "json").json["facts"]
    assert (row["until"], row["note"]) == (20270101, {"known_at": 1})


def test_the_last_line_of_an_import_as_json_has_the_counts_and_their_reasons(folder: Path, tmp_path: Path) -> None:
    file = lines(tmp_path / "calls.jsonl", call("a"), call("a"), call("b", userId=None))
    told = tandem(folder, "import", "segment", file, "--format", "json")
    assert told.code == 1
    counts = {"received": 3, "stored": 1, "duplicate": 1, "suppressed": 0, "failed": 1, "reasons": {"no_person": 1}}
    assert counts.items() <= told.json.items()
    assert list(told.json)[:6] == list(counts)


def test_importing_the_same_files_again_stores_nothing_new(folder: Path, tmp_path: Path) -> None:
    file = lines(tmp_path / "calls.jsonl", *(call(f"c{n}") for n in range(5)), call(None), call(None))
    first = imported(folder, "segment", file, file)
    assert (first["received"], first["stored"], first["duplicate"]) == (14, 7, 7)
    before = tandem(folder, "facts", "--format", "csv", "--limit", "0").out
    again = imported(folder, "segment", file)
    assert (again["stored"], again["duplicate"]) == (0, 7)
    assert story(folder, STORY)["stored"] == 0
    assert tandem(folder, "facts", "--format", "csv", "--limit", "0").out == before


def test_every_output_names_the_instant_that_it_holds_for(folder: Path) -> None:
    for command in (["facts"], ["facts", "--kind", "event"], ["failed"], ["identity", "ann"], ["identity", "conflicts"], ["doctor"]):
        assert tandem(folder, *command).err.splitlines()[-1] == "as of 2026-03-05T00:00:00Z", command
        assert tandem(folder, *command, "--format", "json").json["as_of"] == "2026-03-05T00:00:00Z", command
        assert tandem(folder, *command, "--format", "csv").err.splitlines()[-1] == "as of 2026-03-05T00:00:00Z", command
    told = tandem(folder, "facts", "--as-of", "2026-03-02")
    assert told.err.splitlines()[-1] == "as of 2026-03-02T00:00:00Z"


def test_without_an_instant_it_is_the_greatest_that_was_known(folder: Path) -> None:
    assert [row["message_id"] for row in events(folder)][1:] == ["m1", "m2", "m3"]
    assert [row["message_id"] for row in events(folder, "--as-of", "2026-03-04T23:59:59Z")][1:] == ["m1", "m3"]
    assert [row["message_id"] for row in events(folder, "--as-of", "2026-03-01T09:29")] == [events(folder)[0]["message_id"]]


def test_a_bare_date_is_midnight_in_the_company_s_time_zone(tmp_path: Path) -> None:
    folder = project(tmp_path / "acme", zone="America/New_York")
    story(folder, "2026-03-01 Opened by ann #a\n2026-03-02 Opened by ann #b\n")
    assert [row["occurred_at"] for row in events(folder)] == ["2026-03-01T05:00:00Z", "2026-03-02T05:00:00Z"]
    told = tandem(folder, "facts", "--as-of", "2026-03-01", "--format", "json")
    assert (told.json["as_of"], len(told.json["facts"])) == ("2026-03-01T05:00:00Z", 1)
    assert [row["message_id"] for row in events(folder, "--since", "2026-03-02")] == ["b"]
    assert [row["message_id"] for row in events(folder, "--until", "2026-03-02")] == ["a"]


def test_facts_that_are_shown_may_be_imported_elsewhere_in_the_same_zone(tmp_path: Path) -> None:
    """What is midnight in UTC is not midnight in New York, so that a bare date would mean another instant."""
    folder = project(tmp_path / "acme", zone="America/New_York")
    story(folder, "2026-03-01T00:00Z Opened by ann #a\n2026-03-02 Opened by bob @acme #b\n")
    shown = tandem(folder, "facts", "--format", "table").out
    other = project(tmp_path / "other", zone="America/New_York")
    (tmp_path / "shown.txt").write_text(shown)
    imported(other, "notation", tmp_path / "shown.txt")
    assert events(other) == events(folder)


def test_a_table_shows_the_latest_and_says_of_how_many(folder: Path, tmp_path: Path) -> None:
    imported(
        folder, "segment", lines(tmp_path / "calls.jsonl", *(call(f"c{n:03}", timestamp=f"2026-02-01T00:{n:02}:00Z") for n in range(60)))
    )
    told = tandem(folder, "facts", "--kind", "event")
    assert len(told.out.splitlines()) == 50
    assert "the latest 50 of 64; --limit 0 shows all" in told.err
    assert len(tandem(folder, "facts", "--kind", "event", "--limit", "0").out.splitlines()) == 64
    assert [row["message_id"] for row in events(folder, "--limit", "2")] == [row["message_id"] for row in events(folder)][-2:]


def test_an_unknown_name_offers_the_nearest(folder: Path) -> None:
    for options, near in (
        (["--kind", "acount"], "account"), (["--person", "anne"], "ann"), (["--account", "acne"], "acme"), (["--event", "Opend"], "Opened"),
    ):  # fmt: skip
        told = tandem(folder, "facts", *options)
        assert (told.code, told.out) == (1, "")
        assert f"did you mean `{near}`?" in told.err
    told = tandem(folder, "identity", "anne")
    assert told.code == 1
    assert "did you mean `ann`?" in told.err


def test_help_names_the_exit_codes_and_the_commands() -> None:
    told = tandem(None, "--help")
    assert told.code == 0
    assert "Exit codes: 0 fine, 1 problems in your files or data, 2 wrong usage, 3 a fault of Tandem" in " ".join(told.out.split())
    for command in ("init", "import", "check", "schema", "facts", "failed", "identity", "doctor"):
        assert f"  {command} " in told.out


def test_the_same_files_give_the_same_bytes_in_another_project(folder: Path, tmp_path: Path) -> None:
    """Law 4 at the door: each project has its own secret key, and no answer may show it."""
    other = project(tmp_path / "other")
    story(other, STORY)
    calls = lines(tmp_path / "calls.jsonl", *(call(f"c{n % 7}", properties={"n": n % 5}, userId=f"u{n % 3}") for n in range(40)), "no json")
    for where in (folder, other):
        imported(where, "segment", calls)
    same = [["facts", "--kind", kind] for kind in ("event", "account", "opportunity", "person")]
    for command in [*same, ["facts"], ["failed"], ["identity", "conflicts"], ["identity", "ann"]]:
        for format_ in ("table", "csv", "json"):
            told = [tandem(where, *command, "--format", format_).out for where in (folder, other)]
            assert len(told[0]) > 10
            assert told[0] == told[1], command


# Identity.


LINKS = """
2026-03-01 ?x is ann email=ann@acme.com #first
2026-03-02 Opened by ?x #m1
2026-03-03 ann is bob #same
2026-03-04 account beta is acme.com #merged
2026-03-05 Opened by ann @beta #m2
"""


def test_a_subject_is_shown_with_its_links_and_why(tmp_path: Path) -> None:
    folder = project(tmp_path / "acme")
    story(folder, LINKS)
    about = tandem(folder, "identity", "?x", "--format", "json").json
    assert (about["subject"], about["person"]) == ("?x", "bob")
    assert all(
        {"link", "rule", "subject", "target", "occurred_at", "known_at", "source", "in_force", "why"} == set(link)
        for link in about["links"]
    )
    assert about["links"][0]["occurred_at"] == "2026-03-01T00:00:00Z"
    assert about["links"][0]["why"]
    header = tandem(folder, "identity", "?x", "--format", "csv").out.splitlines()[0]
    assert header == "link,rule,subject,target,occurred_at,known_at,source,in_force,why"


def test_a_link_is_taken_back_and_restored_and_earlier_answers_stay(tmp_path: Path) -> None:
    folder = project(tmp_path / "acme")
    story(folder, LINKS)
    links = tandem(folder, "identity", "ann", "--format", "json").json["links"]
    (alias,) = [link["link"] for link in links if link["rule"] == "alias"]

    def person(*options: str) -> list[str]:
        return [row["person"] for row in events(folder, "--event", "Opened", *options)]

    assert person() == ["bob", "bob"]
    told = tandem(folder, "identity", "undo", alias, "--format", "json")
    assert (told.code, told.json["link"], told.json["restored"]) == (0, alias, False)
    assert person() == ["ann", "ann"]
    assert person("--as-of", "2026-03-05") == ["bob", "bob"]
    told = tandem(folder, "identity", "undo", alias)
    assert told.code == 1
    assert "is taken back already" in told.err
    assert tandem(folder, "identity", "undo", alias, "--restore").code == 0
    assert person() == ["bob", "bob"]
    assert tandem(folder, "identity", "undo", alias, "--restore").code == 1
    told = tandem(folder, "identity", "undo", alias[:-1])
    assert told.code == 1
    assert f"did you mean `{alias}`?" in told.err


def test_conflicts_are_listed_with_what_was_made_of_them(tmp_path: Path) -> None:
    folder = project(tmp_path / "acme")
    story(folder, "2026-03-01 account a domain=acme.com\n2026-03-02 account b domain=acme.com\n2026-03-03 Opened by ann\n")
    told = tandem(folder, "identity", "conflicts", "--format", "csv")
    assert told.out.splitlines()[0] == "kind,subject,what,mend,because"
    (row,) = told.csv
    assert row["subject"] == "acme.com"
    assert json.loads(row["because"])
    assert tandem(folder, "identity", "conflicts", "--format", "json").json["conflicts"][0]["subject"] == "acme.com"


# One writer, and who may listen.


def test_a_second_writer_ends_with_1_and_says_who_holds_the_lock(folder: Path, tmp_path: Path) -> None:
    good = lines(tmp_path / "good.jsonl", call("m9"))
    lock = WriterLock(folder / "data" / "writer.lock", "import orders")
    told = tandem(folder, "import", "segment", good)
    assert (told.code, told.out) == (1, "")
    assert f"`import orders` (process {os.getpid()}) writes to this project" in told.err
    assert tandem(folder, "failed", "--replay").code == 1
    assert tandem(folder, "facts").code == 0
    lock.close()
    assert tandem(folder, "import", "segment", good).code == 0


def test_a_lock_ends_with_the_process_that_held_it(folder: Path, tmp_path: Path) -> None:
    holder = "import sys,time; from tandem.storage.lock import WriterLock; from pathlib import Path\n"
    holder += "lock = WriterLock(Path(sys.argv[1]), 'import long'); print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", holder, str(folder / "data" / "writer.lock")], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        good = lines(tmp_path / "good.jsonl", call("m9"))
        assert f"`import long` (process {process.pid})" in tandem(folder, "import", "segment", good).err
        process.kill()
        process.wait()
        assert tandem(folder, "import", "segment", good).code == 0


def test_an_import_in_a_pipe_is_quiet_and_prints_data_on_stdout_alone(folder: Path, tmp_path: Path) -> None:
    file = lines(tmp_path / "calls.jsonl", *(call(f"c{n}") for n in range(100)))
    told = finished(started(folder, "import", "segment", file))
    assert told.code == 0
    assert told.out.splitlines()[-1] == "100 = 100 stored + 0 duplicate + 0 suppressed + 0 failed"
    assert [line.split()[0] for line in told.err.splitlines()] == ["as"]


def test_a_reader_that_stops_listening_is_no_fault(folder: Path, tmp_path: Path) -> None:
    imported(folder, "segment", lines(tmp_path / "calls.jsonl", *(call(f"c{n}", properties={"text": "x" * 200}) for n in range(2000))))
    process = started(folder, "facts", "--kind", "event", "--format", "csv")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    told = Told(0, "", process.stderr.read())
    process.stderr.close()
    assert "fault of Tandem" not in told.err
    assert "Traceback" not in told.err


def test_an_import_that_is_interrupted_says_that_what_was_stored_is_safe(folder: Path, tmp_path: Path) -> None:
    file = lines(tmp_path / "long.jsonl", *(call(f"c{n:06}", properties={"text": "x" * 100}) for n in range(100_000)))
    before = Log(folder / "data").place_end
    # A shell that starts us in the background lets Ctrl-C be ignored, and children inherit that.
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = started(folder, "import", "segment", file, start_new_session=True, preexec_fn=heard)
    while Log(folder / "data").place_end == before and process.poll() is None:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # As a terminal does: the workers hear it too.
    told = finished(process)
    assert (told.code, told.out) == (130, "")
    assert "what was stored is safe" in told.err
    counts = imported(folder, "segment", file)
    assert counts["duplicate"] > 0
    assert counts["stored"] + counts["duplicate"] == 100_000


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_shell_that_closes_our_output_hears_the_exit_code_all_the_same(folder: Path, closed: str) -> None:
    line = f'"$0" -m tandem.cli.main -C "$1" check {closed}'
    done = subprocess.run(["sh", "-c", line, sys.executable, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done
    assert "fault" not in done.stderr


def test_a_pipe_in_the_playbook_is_told_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "playbook" / "boundary.yaml")
    told = tandem(folder, "check")
    assert told.code == 1
    assert "`boundary.yaml` cannot be read: it is a pipe [unreadable_file]" in told.out + told.err
