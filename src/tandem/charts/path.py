"""The chart of the path: how far accounts come from adoption to renewal, where they are lost or still open, and how long each part takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tandem.charts.chart import Chart, Column, Table, counted
from tandem.charts.stages import RATES, WENT, WHO, groups_of, keys_of, notes_of, panels_of, shown_of
from tandem.values.instants import Instant

_COLUMNS = (*WHO, Column("is", "Is", "name"), *WENT, Column("lost", "Lost", "count"), *RATES)


def draw_path(
    steps: Sequence[Mapping[str, Any]],
    *,
    within: Mapping[str, str],
    astray: Mapping[str, int],
    convention: str,
    as_of: Instant,
    by: str = "",
    more: Sequence[str] = (),
) -> Chart:
    """steps: the report's, each with its number `step` and with what it `is`; of a breakdown each with its `group`, those of a group together.

    within: by stage how long after the one before it may come, as people write it. astray: by stage how many accounts came there, and not on
    the path. more: what else was asked.
    """
    groups = groups_of(steps)
    began = sum(row["entered"] for row in steps if row["step"] == 1)
    shown = shown_of(groups, by)
    panels = tuple(panels_of(shown, who="account", by=by, through={}, gone="lost", meant="is"))
    notes = [
        "Rates are of those whose time for the next stage is over, with 95 % intervals; who is still open is in no rate, but in each median."
    ]
    if any(astray.values()):
        off = ", ".join(f"{many:,} at {stage}" for stage, many in astray.items() if many)
        notes.append(f"Not on the path, for they came there in another order, too late, or without adoption: {off}.")
    return Chart(
        name="path",
        title="Path of accounts: " + (f"{steps[0]['name']} to {steps[-1]['name']}" if steps else "no stages"),
        said=(
            f"{counted(began, 'account')} that adopted",
            ", ".join(f"{stage} within {length}" for stage, length in within.items()),
            f"convention {convention}",
            *((f"by {by}",) if by else ()),
            *more,
        ),
        as_of=as_of,
        table=Table.of([each for each in _COLUMNS if by or each.name != "group"], steps),
        panels=panels,
        keys=keys_of("lost: did not come in time"),
        notes=(*notes, *notes_of(groups, shown, panels, by)),
        nothing="" if panels else "Nothing to draw: no account has adopted.",
    )
