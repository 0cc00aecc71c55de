"""The company's exports as files: calls as compressed JSON lines, everything else as delimited text in the dialect of the system it comes from."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

import msgspec
from numpy.random import Generator

from tandem.demo.billing import SubscriptionRow
from tandem.demo.company import Company, chances
from tandem.demo.oddities import BAD_CALLS, BAD_ROWS, deliver_some_twice
from tandem.demo.selling import AccountRow, ContactRow, ContractRow, LeadRow, OpportunityRow, TouchRow
from tandem.demo.staff import CampaignRow, SellerRow
from tandem.demo.usage import Call
from tandem.values.instants import show


@dataclass(frozen=True)
class Export:
    """source: the name under which it is imported. file: its name in `exports/`."""

    source: str
    file: str
    content: bytes


def export(company: Company) -> tuple[Export, ...]:
    """All exports, in the order in which they are imported. The same company gives the same bytes."""
    rng = chances(company.seed).files
    return (
        Export("segment", "events.jsonl.gz", _calls(company.calls, rng)),
        _table(AccountRow, company.crm_accounts, "crm_accounts"),
        _table(ContactRow, company.crm_contacts, "crm_contacts"),
        _table(LeadRow, company.crm_leads, "crm_leads"),
        _table(CampaignRow, company.crm_campaigns, "crm_campaigns"),
        # Two exports were joined by hand, so that the header stands in the middle once more.
        _table(OpportunityRow, company.crm_opportunities, "crm_opportunities", joined=True),
        _table(TouchRow, company.crm_touches, "crm_touches"),
        _table(ContractRow, company.crm_contracts, "crm_contracts"),
        _table(SellerRow, company.crm_sellers, "crm_sellers"),
        # Months overlap: the last change of one stands in the next as well.
        _table(SubscriptionRow, (*company.billing, *company.billing[-2:]), "billing", delimiter=";"),
    )


def _table(shape: type[Any], rows: Sequence[Any], source: str, *, delimiter: str = ",", joined: bool = False) -> Export:
    return Export(source, f"{source}.csv", _rows(shape, rows, source, delimiter=delimiter, joined=joined))


def _calls(calls: Sequence[Call], rng: Generator) -> bytes:
    """Calls in the order in which they came in, with those among them that cannot be read."""
    delivered = sorted(deliver_some_twice(calls, rng), key=lambda call: (call.received_at, call.id))
    lines = [msgspec.json.encode(_segment(call)) for call in delivered]
    first_id = delivered[0].id
    for _, text in BAD_CALLS:
        # Never first: an id is used again only after it was used.
        lines.insert(int(rng.integers(1, len(lines) + 1)), text.replace("%s", first_id).encode())
    # Without a time of its own in the header the same lines give the same bytes.
    return gzip.compress(b"\n".join(lines) + b"\n", compresslevel=6, mtime=0)


def _segment(call: Call) -> dict[str, Any]:
    said: dict[str, Any] = {"type": call.type, "messageId": call.id, "timestamp": show(call.at), "receivedAt": show(call.received_at)}
    if call.person is not None:
        said["userId"] = call.person
    if call.browser is not None:
        said["anonymousId"] = call.browser
    match call.type:
        case "track":
            said |= {"event": call.name, "properties": call.said}
        case "page":
            said |= {"name": call.name, "properties": call.said}
        case "identify":
            said["traits"] = call.said
        case "group":
            said |= {"groupId": call.workspace, "traits": call.said}
    context: dict[str, Any] = {"library": {"name": "analytics.js", "version": "4.1.0"}}
    if call.workspace is not None and call.type != "group":
        context["groupId"] = call.workspace
    return said | {"context": context}


def _rows(shape: type[Any], rows: Sequence[Any], source: str, *, delimiter: str = ",", joined: bool = False) -> bytes:
    """A header and rows, those that cannot be read at the end. joined: the header stands in the middle, too."""
    header = tuple(field.name for field in fields(shape))
    cells: list[tuple[str, ...]] = [astuple(row) for row in rows]
    if joined and cells:
        cells.insert(len(cells) // 2 + 1, header)
    cells += [bad for _, bad in BAD_ROWS.get(source, ())]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([header, *cells])
    return text.getvalue().encode()
