"""`tandem plan`, as it is printed for people."""

from __future__ import annotations

from pathlib import Path

import pytest

from tandem.cli.words import told_why
from tests.app.planning import BOUNDARY, LOOKS, begun, in_force, signal, write
from tests.app.projects import Told, tandem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return in_force(tmp_path / "larch")


def test_signals_that_fire_as_they_did_are_told_in_short(folder: Path) -> None:
    write(folder, LOOKS, {**BOUNDARY, "caps": [{"touches": 1, "within": "30d"}]})
    shown = tandem(folder, "plan").out.splitlines()
    told = shown.index("The same firings, and what becomes of them")
    assert shown[told + 1] == "  looks  leads 4 -> 3, reasons 4 -> 3"
    assert shown[-4:] == [
        "Held back: 1 firing",
        "  2026-02-20 10:00  looks  gamma",
        "                    a lead at once -> no lead: refused until the signal was off: touched often",
        "                    enough for now",
    ]


def test_what_refuses_is_said_in_the_words_of_other_pages(folder: Path) -> None:
    assert told_why("waits: quarantine, cap") == "waits: they use the product for too short a time; touched often enough for now"
    assert told_why("waits: it belongs to no account") == "waits: it belongs to no account"
    assert told_why("there is no boundary.yaml") == "there is no boundary.yaml"
    write(folder, LOOKS, {**BOUNDARY, "suppression": [{"account": "A-1", "reason": "they asked for it"}]})
    shown = tandem(folder, "plan").out.splitlines()
    assert "  violations    0 -> 1  nobody may touch them (suppression)" in shown
    assert " ".join(" ".join(shown[-2:]).split()).endswith(
        "a lead at once -> no lead: refused until the signal was off: nobody may touch them"
    )


def test_it_is_printed_for_whoever_reads_it_before_merging(folder: Path) -> None:
    write(folder, {"looks": signal('count("Pricing", 7d) >= 2')}, BOUNDARY)
    shown = tandem(folder, "plan", "--outcome", "won")
    assert shown.out.splitlines() == [
        "1 rule changed: 1 firing gained and 4 firings lost; leads 4 -> 1, a week 0.19 -> 0.05.",
        "",
        "  signals.looks.when  (playbook/signals/all.yaml:1)",
        '  - count("Pricing", 7d) >= 1',
        '  + count("Pricing", 7d) >= 2',
        "",
        "2026-01-01 00:00 until 2026-06-01 00:00 UTC; before -> after, each as if always in force",
        "",
        "A signal: looks",
        "  fired         4 -> 1",
        "  leads         4 -> 1",
        "  reasons       4 -> 1",
        "  leads a week  0.19 -> 0.05",
        "  judged by          precision                     lift              lead time",
        "  won 60d    before  33.3 % (6.1 to 79.2) of 3     1.0 (0.1 to 9.6)  21.9 days",
        "             after   100.0 % (20.7 to 100.0) of 1  3.0 (0.4 to 8.9)  20.9 days",
        "  already on    0 at 2026-06-01 00:00",
        "",
        "All signals",
        "  fired         4 -> 1",
        "  leads         4 -> 1",
        "  reasons       4 -> 1",
        "  leads a week  0.19 -> 0.05",
        "  poached       1 of 2 outbound touches (50.0 %) -> 2 of 2 outbound touches (100.0 %)",
        "",
        "Gained: 1 firing; 1 lead, 1 reason",
        "  2026-02-03 12:00  looks  beta  a lead at once",
        "",
        "Lost: 4 firings; 4 leads, 4 reasons",
        "  2026-02-02 10:00  looks  Acme (A-1)  a lead at once",
        "  2026-02-02 12:00  looks  beta        a lead at once",
        "  2026-02-20 10:00  looks  gamma       a lead at once",
        "  2026-05-30 10:00  looks  gamma       a lead at once",
    ]
    assert shown.err.splitlines()[-1] == "as of 2026-06-01T00:00:00Z"
    rows = tandem(folder, "plan", "--format", "csv").csv
    assert [(row["change"], row["subject"]) for row in rows][:2] == [("gained", "beta"), ("lost", "A-1")]


def test_long_lists_are_cut_and_all_shows_them(tmp_path: Path) -> None:
    facts = "".join(f"2026-02-{day:02} (page) Pricing by p{day} @a{day}\n" for day in range(1, 15))
    found = begun(tmp_path / "larch", facts, LOOKS, BOUNDARY)
    shown: Told = tandem(found, "plan")
    assert "  and 4 more: --all shows them" in shown.out
    assert "p14" not in shown.out
    assert "a14" in tandem(found, "plan", "--all").out
