"""Larch's own: the sellers and their product calls, and marketing's campaigns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tandem.demo.selling import campaign_at
from tandem.values.instants import DAY, Instant, to_datetime

_SELLERS = (
    ("bea.ortiz", "Bea Ortiz", "account executive"),
    ("tom.lindgren", "Tom Lindgren", "account executive"),
    ("sofia.marsh", "Sofia Marsh", "account executive"),
    ("raj.mehta", "Raj Mehta", "sales development"),
    ("nora.quist", "Nora Quist", "customer success"),
)
_CAMPAIGNS = (
    ("Runbooks for a calm on-call", "webinar"),
    ("Search: runbook software", "search"),
    ("The year in incidents", "report"),
    ("Operations days", "event"),
)


@dataclass(frozen=True)
class SellerRow:
    seller_id: str
    name: str
    email: str
    role: str
    started_on: str


@dataclass(frozen=True)
class CampaignRow:
    campaign_id: str
    name: str
    channel: str
    started_on: str
    ended_on: str


def seller_rows(domain: str, since: Instant) -> tuple[SellerRow, ...]:
    """Everybody was there when the history began."""
    began = to_datetime(since).date().isoformat()
    return tuple(SellerRow(id, name, f"{id}@{domain}", role, began) for id, name, role in _SELLERS)


def campaign_rows(since: Instant, until: Instant) -> tuple[CampaignRow, ...]:
    return tuple(_campaigns(to_datetime(since).date(), to_datetime(until - 1).date()))


def _campaigns(first: date, last: date) -> Iterator[CampaignRow]:
    at = date(first.year, (first.month - 1) // 3 * 3 + 1, 1)
    while at <= last:
        following = (at + timedelta(days=100)).replace(day=1)
        name, channel = _CAMPAIGNS[(at.month - 1) // 3]
        noon = (at - date(1970, 1, 1)).days * DAY + DAY // 2
        yield CampaignRow(campaign_at(noon), f"{name} {at.year}", channel, at.isoformat(), (following - timedelta(days=1)).isoformat())
        at = following
