"""`tandem explain` of a firing, a lead, an account and a touch: each with the facts, the values and the lines behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.bounded import BOUNDARY, bounded, explained, rows, tell
from tests.app.projects import tandem

STORY = """\
2026-03-01 account A-1 domain=acme.example name=Acme owner=bea
2026-03-01 seller tom name=Tom
2026-03-02 Signed Up by ann @A-1/w1
2026-03-03 SSO Viewed by ann @A-1/w1
2026-03-04T09:30 SSO Viewed by bob @A-1/w1
2026-03-05 touch T-1 @A-1 person=ann seller=bea channel=call direction=outbound purpose=sell
2026-03-05 Signed Up by cid @beta/w2
2026-03-06 (page) Pricing by cid @beta/w2
2026-03-07 touch T-2 @beta person=cid seller=tom channel=call direction=outbound purpose=sell
2026-03-10 Signed Up by ann @A-1/w1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return bounded(tmp_path / "acme", STORY)


def test_a_firing_says_of_which_lead_it_is_a_reason(folder: Path) -> None:
    told = explained(folder, "need", "acme.example")
    (row,) = [row for row in rows(folder) if row["signal"] == "need"]
    assert (told["fires"], told["line"], told["quiet_since"]) == (True, "playbook/boundary.yaml:4", None)
    assert told["firing"] == {
        "at": "2026-03-04T09:30:00Z", "account": "A-1", "became": "lead", "lead": row["lead"], "since": "2026-03-04T09:30:00Z",
        "until": None, "ended": None, "refusal": [], "rank": None,
    }  # fmt: skip
    assert f"it is a reason of the lead {row['lead']}" in tandem(folder, "explain", "need", "A-1").out


def test_a_firing_that_waits_says_what_it_waits_for(folder: Path) -> None:
    firing = explained(folder, "looks", "beta")["firing"]
    assert (firing["became"], [(each["reason"], each["line"]) for each in firing["refusal"]]) == (
        "waits", [("no_evidence", None), ("quarantine", "playbook/boundary.yaml:2")],
    )  # fmt: skip


def test_a_firing_whose_signal_turned_off_while_it_waited_was_no_lead(folder: Path) -> None:
    tell(folder, "2026-03-14 Signed Up by cid @beta/w2\n")
    firing = explained(folder, "looks", "beta", "--at", "2026-03-07")["firing"]
    assert (firing["became"], firing["ended"], firing["until"]) == ("ended", "signal", "2026-03-13T00:00:00Z")
    assert [each["reason"] for each in firing["refusal"]] == ["no_evidence", "quarantine"]


def test_an_edge_in_the_cooldown_is_quiet_since_the_firing_before(tmp_path: Path) -> None:
    """
    2026-03-02 (page) Pricing by cid @beta/w2
    2026-03-12 (page) Pricing by cid @beta/w2
    """
    folder = bounded(tmp_path / "beta", test_an_edge_in_the_cooldown_is_quiet_since_the_firing_before)
    told = explained(folder, "looks", "beta")
    assert (told["fires"], told["quiet_since"], told["firing"]) == (False, "2026-03-02T00:00:00Z", None)
    assert "it fired at 2026-03-02 00:00, less than its cooldown of 30d before" in tandem(folder, "explain", "looks", "beta").out


def test_what_an_apply_turns_on_fires_because_of_it(folder: Path) -> None:
    (folder / "playbook" / "boundary.yaml").write_text(BOUNDARY.replace("  need: {evidence: enterprise_need}\n", ""))
    assert tandem(folder, "apply").code == 0
    assert explained(folder, "need", "A-1")["firing"] is None
    (folder / "playbook" / "boundary.yaml").write_text(BOUNDARY)
    assert tandem(folder, "apply", "--from", "2026-03-08").code == 0
    assert explained(folder, "need", "A-1")["firing"]["at"] == "2026-03-08T00:00:00Z"
    assert "it fires at 2026-03-08 00:00, when the playbook came into force" in tandem(folder, "explain", "need", "A-1").out
    assert [row["fired_at"] for row in rows(folder) if row["signal"] == "need"] == ["2026-03-08T00:00:00Z"]


def test_a_firing_whose_signal_a_later_playbook_does_not_have_waits_no_longer(folder: Path) -> None:
    assert tandem(folder, "apply").code == 0
    (folder / "playbook" / "boundary.yaml").write_text(BOUNDARY.replace("  looks: {purpose: help}\n", ""))
    assert tandem(folder, "apply", "--from", "2026-03-08").code == 0
    assert [row["signal"] for row in rows(folder, "--waiting")] == []
    (folder / "playbook" / "boundary.yaml").write_text(BOUNDARY)
    assert tandem(folder, "apply", "--from", "2026-03-09", "--quiet").code == 0
    assert rows(folder, "--waiting") == []


def test_a_signal_that_the_boundary_does_not_name_is_received_by_nobody(folder: Path) -> None:
    (folder / "playbook" / "boundary.yaml").write_text(BOUNDARY.replace("  looks: {purpose: help}\n", ""))
    told = explained(folder, "looks", "beta")
    assert (told["fires"], told["line"], told["firing"]) == (True, None, None)
    assert "nobody receives it" in tandem(folder, "explain", "looks", "beta").out


def test_a_lead_is_explained_by_its_reasons_and_by_what_permitted_it(folder: Path) -> None:
    lead = rows(folder)[0]["lead"]
    told = explained(folder, lead)
    assert (told["explains"], told["account"], told["account_name"], told["owner"], told["since"], told["until"]) == (
        "lead", "A-1", "Acme", "bea", "2026-03-04T09:30:00Z", None,
    )  # fmt: skip
    (reason,) = told["reasons"]
    assert (reason["signal"], reason["values"], reason["line"]) == ("need", {'count("SSO Viewed", 14d)': 2}, "playbook/boundary.yaml:4")
    assert reason["facts"] == ["2026-03-04T09:30:00Z SSO Viewed by bob @A-1/w1"]
    assert reason["rule"]["condition"] == 'count("SSO Viewed", 14d) >= 2'
    assert reason["rule"]["line"].startswith("playbook/signals/all.yaml:")
    assert reason["rule"]["fingerprint"] == told["fingerprint"]
    assert [(each["kind"], each["what"]) for each in told["began"]["evidence"]] == [("enterprise_need", "need")]
    blocks = {each["reason"]: each for each in told["began"]["blocks"]}
    assert set(blocks) == {"quarantine", "cap", "exclusivity", "suppression"}
    assert (blocks["quarantine"]["stands"], blocks["quarantine"]["facts"]) == (True, ["2026-03-02 Signed Up by ann @A-1/w1"])
    assert told["began"]["permit"]["purpose"] == "sell"
    out = tandem(folder, "explain", lead).out
    assert "what speaks for it passes it" in out
    assert "open   its permit stands" in out


def test_a_lead_that_ended_says_how(folder: Path) -> None:
    lead = rows(folder)[0]["lead"]
    tell(folder, "2026-03-11 opportunity O-1 @A-1 stage=Discovery owner=tom\n")
    told = explained(folder, lead)
    assert (told["until"], told["ended"]) == ("2026-03-11T00:00:00Z", "opportunity")
    assert "an opportunity was opened" in tandem(folder, "explain", lead).out


def test_an_account_that_may_be_touched_shows_what_speaks_for_it_and_why_nothing_stands_against_it(folder: Path) -> None:
    told = explained(folder, "A-1")
    assert (told["explains"], told["stance"], told["permit"]["purpose"], told["people"]) == ("account", "user", "sell", ["ann", "bob"])
    assert told["lead"] == rows(folder)[0]["lead"]
    blocks = {each["reason"]: (each["stands"], each["says"], each["line"]) for each in told["blocks"]}
    assert blocks["cap"] == (False, "1 of 2 touches of the account in 7d", "playbook/boundary.yaml:10")
    assert blocks["exclusivity"][0] is False
    assert blocks["suppression"][1] == "domain `rival.example` fits nobody of them (a competitor)"
    steps = [(step["at"][:10], step["permit"] is not None, [each["reason"] for each in step["refusal"]]) for step in told["steps"]]
    assert steps == [
        ("2025-12-10", False, ["no_evidence"]),
        ("2026-03-02", False, ["no_evidence", "quarantine"]),
        ("2026-03-04", True, []),
    ]


def test_a_refusal_shows_the_facts_behind_it_and_when_it_may_change(folder: Path) -> None:
    told = explained(folder, "beta")
    assert (told["permit"], told["may_change_at"], told["waiting"]) == (None, "2026-03-19T00:00:00Z", ["looks"])
    (quarantine,) = [each for each in told["blocks"] if each["stands"]]
    assert (quarantine["reason"], quarantine["until"], quarantine["facts"]) == (
        "quarantine", "2026-03-19T00:00:00Z", ["2026-03-05 Signed Up by cid @beta/w2"],
    )  # fmt: skip
    before = tandem(folder, "explain", "beta", "--at", "2026-03-04T12:00")
    assert (before.code, before.out) == (1, "")
    assert "nothing is known of `beta` at 2026-03-04T12:00:00Z: it is there since 2026-03-05T00:00:00Z" in before.err
    assert explained(folder, "beta", "--at", "2026-03-05")["stance"] == "user"


def test_a_question_names_who_would_touch_whom_and_how(tmp_path: Path) -> None:
    folder = bounded(tmp_path / "acme", STORY + "2026-03-10T12:00 opportunity O-1 @A-1 stage=Discovery owner=bea\n")
    mine = explained(folder, "A-1", "--seller", "bea", "--channel", "call", "--person", "ann", "--purpose", "sell")
    assert (mine["asked"], mine["permit"]["channels"]) == (
        {"person": "ann", "channel": "call", "seller": "bea", "purpose": "sell"}, ["call"],
    )  # fmt: skip
    another_s = explained(folder, "A-1", "--seller", "tom")
    assert [each["reason"] for each in another_s["refusal"]] == ["exclusivity"]
    # The quarantine stands too, and an opportunity passes it.
    quarantine, exclusivity = [each for each in another_s["blocks"] if each["stands"]]
    assert (quarantine["reason"], exclusivity["says"]) == ("quarantine", "an opportunity of bea is open")
    assert exclusivity["facts"] == ["2026-03-10T12:00:00Z opportunity O-1 account=A-1 owner=bea stage=Discovery"]
    for option, name, near in (
        ("--person", "ane", "ann"),
        ("--channel", "cal", "call"),
        ("--seller", "tam", "tom"),
        ("--purpose", "sel", "sell"),
    ):
        told = tandem(folder, "explain", "A-1", option, name)
        assert (told.code, told.out) == (1, "")
        assert f"did you mean `{near}`?" in told.err


def test_a_person_of_another_account_is_none_of_this_one(folder: Path) -> None:
    theirs = explained(folder, "A-1", "--person", "cid")
    assert (theirs["permit"], [each["reason"] for each in theirs["refusal"]]) == (None, ["person"])
    assert [each["says"] for each in theirs["blocks"] if each["stands"] and each["reason"] == "person"] == ["cid is one of beta"]
    # Before the 5th nobody knew cid, and so the 4th's need permitted it.
    steps = [(each["at"], [one["reason"] for one in each["refusal"]]) for each in theirs["steps"]]
    assert steps[-2:] == [("2026-03-04T09:30:00Z", []), ("2026-03-05T00:00:00Z", ["person"])]
    ours = explained(folder, "A-1", "--person", "ann")
    assert [each["says"] for each in ours["blocks"] if each["reason"] == "person"] == ["ann is one of its people"]
    assert ours["permit"] is not None
    assert "not one of this account's people" in tandem(folder, "explain", "A-1", "--person", "cid").out
    assert "person" not in [each["reason"] for each in explained(folder, "T-1")["then"]["blocks"]]


def test_what_consent_and_region_allow_is_told_by_the_field(tmp_path: Path) -> None:
    boundary = BOUNDARY + "consent:\n  field: person.consent\n  allows: {given: [email, call], withdrawn: []}\n"
    folder = bounded(tmp_path / "acme", STORY + "2026-03-09 person ann consent=given\n", boundary)
    given = explained(folder, "A-1", "--person", "ann")
    (consent,) = [each for each in given["blocks"] if each["reason"] == "consent"]
    assert consent["says"] == "person.consent is given, which allows email, call"
    assert consent["channels"] == ["meeting", "message"]
    assert "2026-03-09 person ann consent=given" in consent["facts"][0]
    nobody = explained(folder, "A-1")
    (consent,) = [each for each in nobody["blocks"] if each["reason"] == "consent"]
    assert consent["says"] == "person.consent of a person whom nobody names is unknown, which allows no channel"
    assert (nobody["people"], nobody["permit"]["channels"]) == (["ann"], ["email", "call"])


def test_a_touch_is_judged_by_what_was_known_then(folder: Path) -> None:
    poached = explained(folder, "T-2")
    assert (poached["explains"], poached["verdict"], poached["seller"], poached["account"]) == ("touch", "poached", "tom", "beta")
    assert [(each["reason"], each["until"]) for each in poached["then"]["refusal"]] == [
        ("no_evidence", "2026-03-19T00:00:00Z"), ("quarantine", "2026-03-19T00:00:00Z"),
    ]  # fmt: skip
    assert poached["facts"] == ["2026-03-07 touch T-2 account=beta channel=call direction=outbound person=cid purpose=sell seller=tom"]
    permitted = explained(folder, "T-1")
    assert (permitted["verdict"], [each["what"] for each in permitted["then"]["evidence"]]) == ("permitted", ["need"])
    (cap,) = [each for each in permitted["then"]["blocks"] if each["reason"] == "cap"]
    assert cap["says"] == "0 of 2 touches of the account in 7d"
    tell(folder, "2026-03-10 touch T-3 @beta seller=tom direction=inbound\n")
    assert explained(folder, "T-3")["verdict"] == "inbound"
    assert tandem(folder, "apply", "--from", "2026-03-06").code == 0
    assert (explained(folder, "T-1")["verdict"], explained(folder, "T-2")["verdict"]) == ("before_any_playbook", "poached")


def test_an_account_is_found_by_any_of_its_names(folder: Path) -> None:
    for name in ("A-1", "acme.example", "Acme", "acme"):
        assert explained(folder, name)["account"] == "A-1"
    tell(folder, "2026-03-11 account beta is A-1\n2026-03-12 Signed Up by ann @A-1/w1\n")
    assert explained(folder, "beta")["account"] == "A-1"


def test_what_is_not_found_says_what_it_might_be(folder: Path) -> None:
    lead = rows(folder)[0]["lead"]
    for name, near in (("betta", "beta"), ("Acmee", "A-1"), ("T-11", "T-1"), (lead[:-1] + ("0" if lead[-1] != "0" else "1"), lead)):
        told = tandem(folder, "explain", name)
        assert (told.code, told.out) == (1, ""), name
        assert f"did you mean `{near}`?" in told.err, name
    told = tandem(folder, "explain", "need")
    assert (told.code, told.out) == (2, "")
    assert "`need` is a signal, and it is not said for whom" in told.err
    assert tandem(folder, "explain", lead, "--person", "ann").code == 2
    assert tandem(folder, "explain", "need", "A-1", "--seller", "bea").code == 2
    assert tandem(folder, "explain", "ned", "A-1").code == 1
    later = tandem(folder, "explain", "beta", "--as-of", "2026-03-04")
    assert (later.code, "unknown account, touch or lead `beta`" in later.err) == (1, True)


def test_without_a_boundary_an_account_is_explained_all_the_same(tmp_path: Path) -> None:
    folder = bounded(tmp_path / "acme", STORY, None)
    told = explained(folder, "A-1")
    assert (told["permit"], [each["reason"] for each in told["refusal"]]) == (None, ["no_evidence", "quarantine"])
    assert "there is no playbook/boundary.yaml" in tandem(folder, "explain", "A-1").err


def test_an_account_that_was_merged_later_is_explained_as_it_was_then(tmp_path: Path) -> None:
    """
    2026-03-01 account A-1 name=Acme
    2026-03-01 account A-2 name=Ace
    2026-03-03 SSO Viewed by ann @A-2/w1
    2026-03-04 SSO Viewed by ann @A-2/w1
    2026-03-10 account A-2 is A-1
    2026-03-12 Signed Up by bob @A-1
    """
    folder = bounded(tmp_path / "acme", test_an_account_that_was_merged_later_is_explained_as_it_was_then)
    (lead,) = {row["lead"] for row in rows(folder, "--as-of", "2026-03-08")}
    then = explained(folder, "A-2", "--at", "2026-03-08")
    assert (then["account"], then["account_name"], then["lead"]) == ("A-2", "Ace", lead)
    assert [each["what"] for each in then["evidence"]] == ["need"]
    other = explained(folder, "A-1", "--at", "2026-03-08")
    assert (other["account"], other["lead"], other["evidence"]) == ("A-1", None, [])
    now = explained(folder, "A-2")
    assert (now["account"], now["lead"]) == ("A-1", lead)


def test_a_signal_that_only_an_earlier_playbook_knew_is_explained_by_that_one(folder: Path) -> None:
    assert tandem(folder, "apply").code == 0
    first = tandem(folder, "playbooks", "--format", "json").json["in_force"]
    for file in ("boundary.yaml", "signals/all.yaml"):
        path = folder / "playbook" / file
        path.write_text(path.read_text().replace("need:", "wants:").replace('"need":', '"wants":'))
    assert tandem(folder, "apply", "--from", "2026-03-08").code == 0
    told = explained(folder, "need", "A-1")
    assert (told["rule"]["fingerprint"], told["at"], told["line"]) == (first, "2026-03-04T09:30:00Z", "playbook/boundary.yaml:4")
    assert told["firing"]["became"] == "lead"
    assert explained(folder, "need", "A-1", "--at", "2026-03-05")["rule"]["fingerprint"] == first
    assert explained(folder, "wants", "A-1")["rule"]["fingerprint"] != first
    assert "`need` is a signal, and it is not said for whom" in tandem(folder, "explain", "need").err


def test_an_instant_after_the_as_of_is_refused(folder: Path) -> None:
    for asked in (("A-1",), ("need", "A-1")):
        told = tandem(folder, "explain", *asked, "--at", "2026-04-01")
        assert (told.code, "`--at 2026-04-01` is after 2026-03-10T00:00:00Z" in told.err) == (2, True)


def test_an_account_without_a_name_is_not_called_by_no_name(tmp_path: Path) -> None:
    folder = bounded(tmp_path / "acme", '2026-03-01 account A-1 name=""\n')
    assert tandem(folder, "explain", "").code == 1


def test_an_override_without_an_end_is_shown_as_one_that_does_not_count(tmp_path: Path) -> None:
    """
    2026-03-01 Signed Up by ann @acme
    2026-03-02 override V-1 @acme seller=tom manager=bea
    2026-03-02 override V-2 @acme seller=tom manager=bea until=2026-05-01
    2026-03-03 touch T-1 @acme seller=tom channel=Pigeon direction=outbound purpose=dance
    2026-03-04 touch T-2 @acme seller=tom channel=Email direction=outbound purpose=Help
    """
    folder = bounded(tmp_path / "acme", test_an_override_without_an_end_is_shown_as_one_that_does_not_count)
    told = explained(folder, "acme")
    assert [(each["kind"], each["what"]) for each in told["evidence"]] == [("override", "V-2")]
    assert [line.split()[2] for line in told["endless_overrides"]] == ["V-1"]
    assert "Does not count: an override states until when it holds" in tandem(folder, "explain", "acme").out
    doctor = tandem(folder, "doctor", "--format", "json").json
    assert (doctor["endless"], doctor["unnamed"]) == (
        ["V-1"],
        [{"field": "channel", "value": "pigeon", "touches": 1}, {"field": "purpose", "value": "dance", "touches": 1}],
    )
    shown = tandem(folder, "doctor").out
    assert "V-1: it permits nothing" in shown
    assert "channel pigeon: 1 touch" in shown


def test_refusals_are_told_in_words_and_a_lead_s_id_is_near_none_but_a_lead_s(folder: Path) -> None:
    out = tandem(folder, "explain", "beta").out
    assert "no: nothing speaks for a touch" in out
    assert "no_evidence" not in out
    tell(folder, "2026-03-08 account L-8 name=Eight\n")
    assert "did you mean `L-8`" not in tandem(folder, "explain", "L-8b").err


def test_the_table_tells_instants_on_the_company_s_clock_and_json_in_utc(tmp_path: Path) -> None:
    folder = bounded(tmp_path / "acme", STORY, zone="America/New_York")
    out = tandem(folder, "explain", "beta").out
    assert out.startswith("beta, a user, on 2026-03-10 00:00 America/New_York\n")
    assert "14d from the first use at 2026-03-05 00:00, until 2026-03-19 01:00" in " ".join(out.split())
    told = explained(folder, "beta")
    assert told["may_change_at"] == "2026-03-19T05:00:00Z"
    assert "at 2026-03-05T05:00:00Z" in told["blocks"][0]["says"]
    (lead,) = {row["lead"] for row in rows(folder) if row["lead"]}
    assert tandem(folder, "explain", lead).out.startswith(f"{lead}, a lead of Acme (A-1) since 2026-03-04 09:30 America/New_York\n")
    edge = tandem(folder, "explain", "need", "A-1").out
    assert "need turned on for A-1 at 2026-03-04 09:30 America/New_York" in edge
    # Facts as well, so that one page has one clock; and they can be read again.
    for page in (edge, tandem(folder, "explain", lead).out):
        assert " 2026-03-04T09:30 SSO Viewed by bob @A-1/w1\n" in page
    lines = [fact["line"] for fact in tandem(folder, "explain", "need", "A-1", "--format", "json").json["facts"]]
    assert "2026-03-04T14:30:00Z SSO Viewed by bob @A-1/w1" in lines
