"""The chart of a funnel: who reached each stage, who went on, is still open or dropped, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tandem.charts.chart import Chart, Column, Table, counted
from tandem.charts.stages import RATES, WENT, WHO, Through, groups_of, keys_of, notes_of, panels_of, shown_of
from tandem.values.instants import Instant

_COLUMNS = (*WHO, *WENT, Column("dropped", "Dropped", "count"), *RATES)


def draw_funnel(
    steps: Sequence[Mapping[str, Any]],
    *,
    who: str,
    window: str,
    convention: str,
    as_of: Instant,
    by: str = "",
    through: Sequence[Through] = (),
    apart: bool = False,
    more: Sequence[str] = (),
) -> Chart:
    """steps: the report's, each with its number `step`; of a breakdown each with its `group`, and those of a group together.

    who: the noun of what is counted: account, or attempt. window: how long an attempt lasts, as people write it.
    through: of each group. apart: groups have stages of their own, and no sum. more: what
    else was asked.
    """
    groups = groups_of(steps)
    all_of = dict(zip(dict.fromkeys(row.get("group") for row in steps), through))
    began = sum(row["entered"] for row in steps if row["step"] == 1)
    shown = shown_of(groups, by)
    panels = tuple(panels_of(shown, who=who, by=by, through=all_of))
    rates = (
        f"Rates are of those whose window of {window} is over, with 95 % intervals; who is still open is in no rate, but in each median."
    )
    return Chart(
        name="funnel",
        title=f"One funnel a {by}" if apart else "Funnel: " + _ends(steps),
        said=(
            *(() if apart else (f"{counted(began, who)} that began",)),
            f"within {window}",
            f"convention {convention}",
            *((f"by {by}",) if by and not apart else ()),
            *more,
        ),
        as_of=as_of,
        table=Table.of([each for each in _COLUMNS if by or each.name != "group"], steps),
        panels=panels,
        keys=keys_of("dropped"),
        notes=(rates, *notes_of(groups, shown, panels, by)),
        nothing="" if panels else f"Nothing to draw: no {who} has reached the first stage.",
    )


def _ends(steps: Sequence[Mapping[str, Any]]) -> str:
    names = list(dict.fromkeys(str(each["name"]) for each in steps))
    return "no stages" if not names else names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
