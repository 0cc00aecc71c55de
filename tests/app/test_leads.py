"""`tandem leads` on histories small enough to know the answer: whom to contact, why, how, and what waits."""

from __future__ import annotations

from pathlib import Path

from tests.app.bounded import BOUNDARY, bounded, leads, rows, tell
from tests.app.projects import tandem

NEEDY = """\
2026-03-01 account A-1 domain=acme.example name=Acme owner=bea
2026-03-02 Signed Up by ann @A-1/w1
2026-03-03 SSO Viewed by ann @A-1/w1
2026-03-04T09:30 SSO Viewed by bob @A-1/w1
"""


def test_a_pql_names_the_person_and_hangs_under_its_account_s_lead(tmp_path: Path) -> None:
    """
    2026-03-01 account A-1 domain=acme.example name=Acme owner=bea
    2026-03-02 Signed Up by ann @A-1/w1
    2026-03-03 SSO Viewed by ann @A-1/w1
    2026-03-04T09:30 SSO Viewed by bob @A-1/w1
    2026-03-05 Asked for Us by bob @A-1/w1
    2026-03-06 Signed Up by ann @A-1/w1
    """
    hand, need = rows(bounded(tmp_path / "acme", test_a_pql_names_the_person_and_hangs_under_its_account_s_lead))
    assert (need["lead"], need["account"], need["account_name"], need["owner"]) == (hand["lead"], "A-1", "Acme", "bea")
    assert (need["type"], need["about"], need["subject"], need["people"]) == ("PQA", "account", "A-1", ["ann", "bob"])
    assert (hand["type"], hand["about"], hand["subject"], hand["people"]) == ("PQL", "person", "bob", ["bob"])
    assert need["why"] == 'Asked twice for single sign-on: count("SSO Viewed", 14d) = 2'
    assert (need["fired_at"], need["since"], need["on"]) == ("2026-03-04T09:30:00Z", "2026-03-04T09:30:00Z", True)
    permit = need["permit"]
    assert (permit["purpose"], permit["motion"], permit["starts_at"], permit["expires_at"]) == (
        "sell", "sales_assist", "2026-03-04T09:30:00Z", None,
    )  # fmt: skip
    assert [(each["kind"], each["what"], each["until"], each["line"]) for each in permit["evidence"]] == [
        ("enterprise_need", "need", None, "playbook/boundary.yaml:4"),
        ("raised_hand", "hand", "2026-03-19T00:00:00Z", "playbook/boundary.yaml:6"),
    ]


def test_a_firing_waits_with_its_reasons_their_lines_and_their_ends(tmp_path: Path) -> None:
    """
    2026-03-02 Signed Up by cid @beta/w2
    2026-03-12 (page) Pricing by cid @beta/w2
    """
    (row,) = rows(bounded(tmp_path / "beta", test_a_firing_waits_with_its_reasons_their_lines_and_their_ends))
    assert (row["lead"], row["permit"], row["since"], row["people"]) == (None, None, None, [])
    assert row["refusal"] == [
        {"reason": "no_evidence", "line": None, "until": "2026-03-16T00:00:00Z"},
        {"reason": "quarantine", "line": "playbook/boundary.yaml:2", "until": "2026-03-16T00:00:00Z"},
    ]


def test_a_firing_that_waited_is_a_lead_once_the_quarantine_is_over(tmp_path: Path) -> None:
    """
    2026-03-02 Signed Up by cid @beta/w2
    2026-03-12 (page) Pricing by cid @beta/w2
    2026-03-17 Signed Up by cid @beta/w2
    """
    folder = bounded(tmp_path / "beta", test_a_firing_that_waited_is_a_lead_once_the_quarantine_is_over)
    assert leads(folder, "--as-of", "2026-03-15") == ["looks of beta: no_evidence quarantine"]
    (row,) = rows(folder)
    assert (row["fired_at"], row["since"], row["permit"]["purpose"]) == ("2026-03-12T00:00:00Z", "2026-03-16T00:00:00Z", "help")


def test_a_lead_ends_with_its_permit(tmp_path: Path) -> None:
    """A raised hand is on for a week from March the 5th, and a reason for two.

    2026-03-05 Asked for Us by bob @beta/w1
    2026-03-25 Signed Up by bob @beta/w1
    """
    folder = bounded(tmp_path / "beta", "2026-03-05 Asked for Us by bob @beta/w1\n2026-03-25 Signed Up by bob @beta/w1\n")
    (row,) = rows(folder, "--as-of", "2026-03-18T23:59")
    assert (row["on"], row["permit"]["expires_at"]) == (False, "2026-03-19T00:00:00Z")
    assert leads(folder, "--as-of", "2026-03-19") == []


def test_a_lead_rests_while_they_are_touched_often_enough(tmp_path: Path) -> None:
    touched = "".join(f"2026-03-05T1{hour}:00 touch T-{hour} @A-1 seller=bea channel=email direction=outbound\n" for hour in (0, 1))
    (row,) = rows(bounded(tmp_path / "acme", NEEDY + touched))
    assert (row["lead"] is None, row["permit"]) == (False, None)
    assert row["refusal"] == [{"reason": "cap", "line": "playbook/boundary.yaml:10", "until": "2026-03-12T10:00:00Z"}]


def test_of_two_accounts_that_prove_to_be_one_the_older_lead_goes_on_with_all_reasons(tmp_path: Path) -> None:
    more = """\
2026-03-05 Signed Up by dan @gamma/w3
2026-03-06 Asked for Us by dan @gamma/w3
2026-03-08 account gamma is A-1
2026-03-09 Signed Up by dan @A-1/w3
"""
    folder = bounded(tmp_path / "acme", NEEDY + more)
    before, after = rows(folder, "--as-of", "2026-03-07"), rows(folder)
    assert {row["account"] for row in before} == {"A-1", "gamma"}
    assert [(row["account"], row["subject"], row["signal"]) for row in after] == [("A-1", "dan", "hand"), ("A-1", "A-1", "need")]
    (oldest,) = {row["lead"] for row in before if row["account"] == "A-1"}
    assert {row["lead"] for row in after} == {oldest}


def test_the_owner_is_he_of_the_opportunity_then_of_the_contract_then_of_the_record_then_who_touched_last(tmp_path: Path) -> None:
    folder = bounded(tmp_path / "acme", NEEDY.replace(" owner=bea", ""))
    steps = (
        ("", None),
        ("2026-03-05 touch T-1 @A-1 seller=tom direction=outbound\n", "tom"),
        ("2026-03-05T10:00 account A-1 owner=bea\n", "bea"),
        ("2026-03-06 contract K-1 @A-1 owner=cleo\n", "cleo"),
        ("2026-03-07 seller cleo ended=2026-03-07\n", "bea"),
    )
    for fact, owner in steps:
        tell(folder, fact)
        assert {row["owner"] for row in rows(folder)} == {owner}, fact
    tell(folder, "2026-03-08 opportunity O-1 @A-1 stage=Discovery owner=dora\n2026-03-09 (page) Pricing by ann @A-1/w1\n")
    waiting = rows(folder)
    assert [(row["signal"], row["lead"], row["owner"]) for row in waiting] == [("looks", None, "dora")]
    assert waiting[0]["refusal"] == [{"reason": "opportunity", "line": None, "until": None}]


def test_leads_of_one_seller_and_a_seller_whom_nobody_knows(tmp_path: Path) -> None:
    folder = bounded(tmp_path / "acme", NEEDY + "2026-03-05 seller tom name=Tom\n")
    assert leads(folder, "--owner", "bea") == ["need of A-1: lead"]
    assert leads(folder, "--owner", "tom") == []
    told = tandem(folder, "leads", "--owner", "bee")
    assert (told.code, told.out) == (1, "")
    assert "unknown seller `bee`" in told.err
    assert "did you mean `bea`?" in told.err


def test_open_and_waiting_choose_and_the_best_come_first(tmp_path: Path) -> None:
    """
    2026-03-01 Signed Up by ann @acme/w1
    2026-03-02 Seat Limit Reached by ann @acme/w1
    2026-03-02 Signed Up by bob @beta/w2
    2026-03-02 Questionnaire Sent by bob @beta/w2
    2026-03-02 Signed Up by cid @gamma/w3
    2026-03-02 Asked for Us by cid @gamma/w3
    2026-03-02 (page) Pricing by cid @gamma/w3
    2026-03-02 Signed Up by dan @rival.example/w4
    2026-03-02 Asked for Us by dan @rival.example/w4
    """
    folder = bounded(tmp_path / "acme", test_open_and_waiting_choose_and_the_best_come_first)
    assert leads(folder, "--open") == ["hand of cid: lead", "looks of gamma: lead", "papers of beta: lead", "limit of w1: lead"]
    assert leads(folder, "--waiting") == ["hand of dan: suppression"]
    assert leads(folder) == [*leads(folder, "--open"), *leads(folder, "--waiting")]
    assert tandem(folder, "leads", "--open", "--waiting").code == 2
    papers = next(row for row in rows(folder) if row["signal"] == "papers")
    assert (papers["sign"], papers["due"]) == ("procurement", "2026-03-02T08:00:00Z")


def test_what_a_budget_keeps_waiting_has_its_rank(tmp_path: Path) -> None:
    boundary = BOUNDARY.replace("  need: {evidence: enterprise_need}", "  need: {evidence: enterprise_need, budget: 1 per month}")
    told = "".join(f"2026-03-0{day} SSO Viewed by p{n} @{one}/w{n}\n" for day in (2, 3) for n, one in enumerate(("acme", "beta", "gamma")))
    found = rows(bounded(tmp_path / "acme", told, boundary))
    assert [(row["account"], row["rank"], bool(row["lead"])) for row in found] == [
        ("acme", None, True), ("beta", 1, False), ("gamma", 2, False),
    ]  # fmt: skip
    assert found[1]["refusal"] == [{"reason": "budget", "line": "playbook/boundary.yaml:4", "until": "2026-04-01T00:00:00Z"}]


def test_a_lead_of_an_account_of_which_nobody_is_known_names_nobody(tmp_path: Path) -> None:
    """
    2026-03-02 SSO Viewed by @acme
    2026-03-03 SSO Viewed by @acme
    """
    folder = bounded(tmp_path / "acme", test_a_lead_of_an_account_of_which_nobody_is_known_names_nobody)
    (row,) = rows(folder)
    assert (row["people"], row["owner"]) == ([], None)
    assert "nobody whom we know by name" in tandem(folder, "leads").out


def test_without_a_boundary_nobody_may_be_touched_and_it_is_said(tmp_path: Path) -> None:
    folder = bounded(tmp_path / "acme", NEEDY, None)
    told = tandem(folder, "leads")
    assert (told.code, told.out) == (0, "Acme, 2026-03-04 09:30 UTC: 0 leads, 0 firings wait\n")
    assert "until there is one no signal permits a touch" in told.err


def test_of_an_empty_log_and_before_everything_there_are_no_leads(tmp_path: Path) -> None:
    empty = bounded(tmp_path / "empty", "")
    told = tandem(empty, "leads", "--format", "json")
    assert (told.code, told.json["leads"]) == (0, [])
    folder = bounded(tmp_path / "acme", NEEDY)
    assert rows(folder, "--as-of", "2020-01-01") == []
    assert tandem(folder, "leads", "--as-of", "2020-01-01").code == 0


def test_before_the_first_apply_it_is_by_the_folder_s_playbook_and_after_it_by_the_one_in_force(tmp_path: Path) -> None:
    folder = bounded(tmp_path / "acme", NEEDY)
    told = tandem(folder, "leads", "--format", "json")
    assert told.json["playbook"] == "folder"
    assert "no playbook was applied yet" in tandem(folder, "leads").err
    assert tandem(folder, "apply").code == 0
    (folder / "playbook" / "boundary.yaml").write_text(BOUNDARY.replace("evidence: enterprise_need}", "evidence: none}", 1))
    assert leads(folder) == ["need of A-1: lead"]
    assert tandem(folder, "leads", "--format", "json").json["playbook"] == "applied"
    assert "no playbook was applied" not in tandem(folder, "leads").err
    assert leads(folder, "--draft") == ["need of A-1: no_evidence quarantine"]
    assert tandem(folder, "leads", "--draft", "--format", "json").json["playbook"] == "draft"


def test_what_is_in_force_decides_also_where_the_folder_does_not_read(tmp_path: Path) -> None:
    folder = bounded(tmp_path / "acme", NEEDY)
    assert tandem(folder, "apply").code == 0
    (folder / "playbook" / "boundary.yaml").write_text("signals: [")
    for command in (["leads"], ["leads", "--as-of", "2026-03-04"], ["boundary", "--since", "2026-03-01"], ["explain", "A-1"]):
        assert tandem(folder, *command).code == 0, command
    assert tandem(folder, "leads", "--draft").code == 1


def test_what_was_kept_is_not_trusted_once_anything_is_another(tmp_path: Path) -> None:
    folder = bounded(tmp_path / "acme", NEEDY)
    path = folder / "playbook" / "boundary.yaml"
    permit = "playbook/boundary.yaml:4"
    for _ in range(2):
        assert [each["line"] for each in rows(folder)[0]["permit"]["evidence"]] == [permit]
    # A comment moves the lines that are named.
    path.write_text("# Who may talk to whom.\n" + BOUNDARY)
    assert [each["line"] for each in rows(folder)[0]["permit"]["evidence"]] == ["playbook/boundary.yaml:5"]
    tell(folder, "2026-03-05 opportunity O-1 @A-1 stage=Discovery owner=tom\n")
    assert leads(folder) == []
    for file in (folder / "data" / "decided").rglob("told"):
        file.write_bytes(b"\x00" * file.stat().st_size)
    assert leads(folder) == []
    assert leads(folder, "--as-of", "2026-03-04T12:00") == ["need of A-1: lead"]


def test_the_table_fits_a_page_and_folds_what_is_long(tmp_path: Path) -> None:
    """Thirty accounts with four people each, whose names are long."""
    name = "a-company-with-a-rather-long-name"
    told = f'2026-03-01 account {name}-29 name="{"Holding and " * 9}Sons"\n'
    told += "".join(
        f"2026-03-0{day} SSO Viewed by somebody-with-a-long-name-{n}-{person} @{name}-{n}/w{n}\n"
        for n in range(30)
        for person in range(4)
        for day in (2, 3)
    )
    folder = bounded(tmp_path / "acme", told)
    out = tandem(folder, "leads").out
    assert max(len(line) for line in out.splitlines()) <= 100
    assert "Acme, 2026-03-03 00:00 UTC: 30 leads, 0 firings wait" in out
    assert "and 10 leads more: --open shows all" in out
    assert "and 1 more" in out
    assert f"Holding and Holding and Holding and H... ({name}-29)" in tandem(folder, "leads", "--open").out
    assert "--open shows all" not in tandem(folder, "leads", "--open").out
