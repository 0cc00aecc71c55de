"""How each account is being won, as a step: `self_serve`, `sales_assist` or `sales_led`.

Sales leads while the account has an open or won opportunity with a seller; else sales assists for 90 days after a seller's touch; else the
account is served by the product alone. `motion_at` is the meaning, `motions` says the same of all accounts over all of history. What a
person of ours *may* do is another question, and the boundary's.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tandem.signals.answers import is_so
from tandem.signals.fold import Fold
from tandem.signals.playbook.funnels import Motion
from tandem.signals.playbook.outcomes import Stages, is_named
from tandem.signals.records import Records
from tandem.signals.under import Under
from tandem.signals.world import World, records_at
from tandem.timeline.folds.extremes import greatest
from tandem.timeline.folds.windows import count
from tandem.timeline.kernels import Longs
from tandem.timeline.layout import lay_out
from tandem.timeline.steps import Steps, aligned, compressed, holdings_of
from tandem.values.instants import DAY, Instant

# So long after a seller's touch an account counts as one that sales helps.
ASSISTS = 90 * DAY


def motion_at(world: World, stages: Stages, account: str, t: Instant) -> Motion:
    """By what is known at t. An opportunity of which nobody says the stage is open."""
    opportunities = [each.fields for each in records_at(world, "opportunity", t) if each.account == account]
    if any(is_named(each.get("owner")) and not stages.is_lost(each.get("stage")) for each in opportunities):
        return "sales_led"
    touches = [each.id for each in records_at(world, "touch", t) if each.account == account and is_named(each.fields.get("seller"))]
    return "sales_assist" if any(t - ASSISTS < _touched_at(world, one, t) for one in touches) else "self_serve"


def _touched_at(world: World, touch: str, t: Instant) -> Instant:
    """A touch happened when the earliest of its versions says."""
    return min(each.occurred_at for each in world.records if (each.kind, each.record_id) == ("touch", touch) and each.is_in_force(t))


# All accounts over all of history.


def motions(fold: Fold, stages: Stages) -> Steps:
    """(accounts,) the motion of each from each instant on, as a place in MOTIONS."""
    axis = aligned([_led(fold, stages), _assisted(fold)])

    def told(truths: npt.NDArray[np.int64]) -> Longs:
        found: Longs = np.where(truths[0] == 1, 2, np.where(truths[1] == 1, 1, 0))
        return found

    return compressed(axis.offsets, axis.at, told(axis.values), int(told(axis.initial[:, None])[0]))


def _led(fold: Fold, stages: Stages) -> Steps:
    records = fold.records
    is_lost, has_owner = (_saying(records, "opportunity", *each) for each in (("stage", stages.is_lost), ("owner", is_named)))
    under = Under.of(
        records.owner("opportunity", "account"),
        [records.there("opportunity"), is_lost, has_owner],
        _accounts(fold),
        lambda there, lost, owned: (there == 1) & (lost != 1) & (owned == 1),
    )
    return count(under.layout, None, None, sign=">=", than=1)


def _assisted(fold: Fold) -> Steps:
    records = fold.records
    held = holdings_of(
        records.owner("touch", "account"), [records.there("touch"), _saying(records, "touch", "seller", is_named), _began(records)]
    )
    there, has_seller, began = held.values
    kept = np.flatnonzero((there == 1) & (has_seller == 1))
    # What is told late of a touch enters late, and leaves by the touch's own instant.
    occurred = -began[kept]
    layout = lay_out(
        held.owner[kept], np.maximum(held.since[kept], occurred), occurred, np.arange(len(kept), dtype=np.int32), held.until[kept], _accounts(fold)
    )  # fmt: skip
    return count(layout, None, ASSISTS, sign=">=", than=1)


def _began(records: Records) -> Steps:
    """Of each touch, less the instant at which it happened: the greatest is the earliest."""
    versions = records.versions("touch")
    numbers = {one: number for number, one in enumerate(dict.fromkeys(version.record_id for version in versions))}
    told = [
        (numbers[version.record_id], max(since, version.occurred_at), version.occurred_at, until)
        for version in versions
        for since, until in version.stretches
    ]
    touch, enters, occurred, until = np.array(told, np.int64).reshape(-1, 4).T
    layout = lay_out(touch, enters, occurred, np.arange(len(told), dtype=np.int32), until, len(numbers))
    return greatest(layout, None, -occurred[layout.row], None)


def _saying(records: Records, kind: str, field: str, test: Callable[[object], bool]) -> Steps:
    """1 while a field of each record says something that is so, else 0."""
    said = records.said(kind, field)
    fits = np.array([*map(test, records.raw_values), False])
    return is_so(said, lambda codes: fits[np.maximum(codes, -1)])


def _accounts(fold: Fold) -> int:
    return len(fold.timeline.subjects("account").ids)
