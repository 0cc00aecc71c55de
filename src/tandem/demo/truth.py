"""What is true of the company, written beside its exports: each planted quantity with its value, and who it concerns by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import msgspec

from tandem.demo.company import UNTIL, Company
from tandem.demo.excuses import Excuses
from tandem.demo.planted import TRUTHS
from tandem.demo.selling import happened_at
from tandem.values.instants import Instant, show

_NOTE = (
    "Shares are of a population, hazards are per day at risk. Scripted accounts are left out of every population, whose windows are over by"
    " the end of the history. A user account is one of which somebody signed up by themselves; a cold touch is one that `poaching` names."
)


def truth_of(company: Company) -> dict[str, Any]:
    """`truths`: planted quantities. `scripted`: accounts that are left out of their populations.

    `poaching`: touches of users before any sign of need, each with what excuses it by the boundary all the same: of the others every one must
    be found. `needs`: accounts whose need showed before the end, with when it did, whether a seller touched them soon, when they asked for
    the papers that a purchase needs, and when a sale began.
    """
    return {
        "company": {
            "seed": company.seed,
            "accounts": len(company.accounts),
            "months": company.months,
            "since": show(company.since),
            "until": show(UNTIL),
        },
        "note": _NOTE,
        "truths": [asdict(truth) for truth in TRUTHS],
        "scripted": [company.printed(account) for account in company.accounts if account.is_scripted],
        "poaching": list(_poaching(company)),
        "needs": list(_needs(company)),
    }


def write_truth(company: Company) -> bytes:
    """As a file: the same company gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(truth_of(company))) + b"\n"


def _poaching(company: Company) -> Iterator[dict[str, Any]]:
    touches = {row.touch_id: row for row in company.crm_touches}
    accounts = {account.crm_id: account for account in company.accounts}
    excuses = Excuses(company)
    for id in company.poaching:
        row = touches[id]
        at = happened_at(row)
        excused_by = list(excuses.of(accounts[row.account_id], at))
        yield {"touch": id, "account": row.account_id, "at": show(at), "excused_by": excused_by}


def _needs(company: Company) -> Iterator[dict[str, Any]]:
    for account, life in zip(company.accounts, company.lives, strict=True):
        if life.sso and life.sso[1] < UNTIL and not account.is_scripted:
            yield {
                "account": company.printed(account),
                "showed_at": show(life.sso[1]),
                "attended": life.attended,
                "papers_at": _told(life.questionnaire),
                "sale_at": _told(life.sale.opens if life.sale is not None else None),
            }


def _told(at: Instant | None) -> str | None:
    return show(at) if at is not None and at < UNTIL else None
