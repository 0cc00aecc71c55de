"""What is true of the company, written beside its exports: each planted quantity with its value, and who it concerns by name."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec

from tandem.demo.company import UNTIL, Company
from tandem.demo.planted import TRUTHS
from tandem.values.instants import show

_NOTE = (
    "Shares are of a population, hazards are per day at risk. Scripted accounts are left out of every population, whose windows are over by"
    " the end of the history. A user account is one of which somebody signed up by themselves; a cold touch is one that `poaching` names."
)


def truth_of(company: Company) -> dict[str, Any]:
    """`truths`: planted quantities. `scripted`: accounts that are left out of their populations. `poaching`: ids of touches.

    `needs`: accounts whose need showed before the end, with when it did, whether a seller touched them soon, and when a sale began.
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
        "poaching": list(company.poaching),
        "needs": list(_needs(company)),
    }


def write_truth(company: Company) -> bytes:
    """As a file: the same company gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(truth_of(company))) + b"\n"


def _needs(company: Company) -> list[dict[str, Any]]:
    return [
        {
            "account": company.printed(account),
            "showed_at": show(life.sso[1]),
            "attended": life.attended,
            "sale_at": show(life.sale.opens) if life.sale is not None and life.sale.opens < UNTIL else None,
        }
        for account, life in zip(company.accounts, company.lives, strict=True)
        if life.sso and life.sso[1] < UNTIL and not account.is_scripted
    ]
