"""The kinds of record and their declared fields. A record may carry any other field too; declared ones have a type and a meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FieldType = Literal["text", "number", "whole", "money", "flag", "date", "instant", "account", "workspace", "person", "seller"]


@dataclass(frozen=True)
class RecordKind:
    """A kind of record: its name in the field's words, what it is, and its declared fields with their types.

    The types `account`, `workspace`, `person` and `seller` are ids of such a record. `money` is a whole number of minor units.
    """

    name: str
    meaning: str
    fields: dict[str, FieldType]


def _kind(name: str, meaning: str, /, **fields: FieldType) -> RecordKind:
    return RecordKind(name, meaning, fields)


RECORD_KINDS: dict[str, RecordKind] = {
    kind.name: kind
    for kind in (
        _kind("account", "a company that buys", name="text", domain="text", parent="account", owner="seller", plan="text",
              employees="whole", industry="text", country="text", region="text", created="date", renewal_date="date"),
        _kind("person", "somebody who acts", name="text", email="text", title="text", account="account", country="text",
              consent="text", created="date"),
        _kind("workspace", "where people work together in the product", name="text", account="account", plan="text",
              created="date", trial_end="date"),
        _kind("lead", "marketing's lead", name="text", email="text", person="person", account="account", status="text",
              campaign="text", owner="seller"),
        _kind("campaign", "a marketing campaign", name="text", channel="text", started="date", ended="date"),
        _kind("opportunity", "a sale in progress", account="account", name="text", stage="text", owner="seller", amount="money",
              currency="text", close_date="date", forecast_category="text", type="text", product="text", loss_reason="text",
              competitor="text"),
        _kind("contract", "what was signed", account="account", opportunity="text", starts="date", ends="date", value="money",
              currency="text", owner="seller"),
        _kind("subscription", "what is paid for, again and again", account="account", workspace="workspace", product="text",
              plan="text", status="text", quantity="whole", amount="money", currency="text", interval="text", started="date",
              ended="date", renewal_date="date"),
        _kind("invoice", "what was billed", account="account", subscription="text", amount="money", currency="text", status="text",
              due="date", paid="date"),
        _kind("touch", "a person of ours contacted somebody", account="account", person="person", seller="seller", channel="text",
              direction="text", purpose="text", outcome="text"),
        _kind("override", "a manager lets ours touch an account that the boundary would not", account="account", seller="seller",
              manager="seller", purpose="text", channel="text", reason="text", until="instant"),
        _kind("spend", "money spent to win business", category="text", campaign="text", motion="text", amount="money",
              currency="text"),
        _kind("seller", "a person of ours who sells or serves", name="text", email="text", role="text", manager="seller",
              team="text", region="text", started="date", ended="date"),
        _kind("target", "a named account that sales wants", account="account", owner="seller", tier="text", segment="text"),
    )
}  # fmt: skip

SUBJECTS = ("person", "workspace", "account")
