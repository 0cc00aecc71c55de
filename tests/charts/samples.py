"""Reports as their tables have them, small enough to check by hand, and the charts of them."""

from __future__ import annotations

from typing import Any

from tandem.charts.activity import draw_active, draw_lifecycle
from tandem.charts.chart import Chart
from tandem.charts.funnel import draw_funnel
from tandem.charts.path import draw_path
from tandem.charts.retention import draw_retention
from tandem.charts.signals import draw_curve
from tandem.charts.stages import Through
from tandem.values.instants import read_instant

AS_OF = read_instant("2026-02-04T09:00:00Z", None)
Rows = list[dict[str, Any]]


def stage(step: int, name: str, *counts: int, rate: float | None = None, median: int | None = None, **more: Any) -> dict[str, Any]:
    entered, converted, open_, dropped = counts
    ends = {"low": None if rate is None else rate - 0.1, "high": None if rate is None else rate + 0.1}
    counted = {"step": step, "name": name, "entered": entered, "converted": converted, "dropped": dropped, "open": open_}
    return more | counted | {"rate": rate, **ends, "median_seconds": median}


FUNNEL: Rows = [
    stage(1, "Signed Up", 40, 20, 4, 16, rate=0.5, median=5400),
    stage(2, "Invite Accepted", 20, 7, 1, 12, rate=0.35),
    stage(3, 'It\'s "quoted" \\ <script>', 7, 7, 0, 0),
]
MOTIONS: Rows = [
    stage(1, "Signed Up", 30, 12, 0, 18, rate=0.4, median=60, group="self_serve"),
    stage(2, "Paid", 12, 12, 0, 0, group="self_serve"),
    stage(1, "Opportunity created", 5, 2, 3, 0, group="sales_led"),
    stage(2, "Won", 2, 2, 0, 0, group="sales_led"),
]
QUARTERS = {"p25_seconds": None, "p75_seconds": None}
PATH: Rows = [
    {("lost" if key == "dropped" else key): value for key, value in row.items()}
    for row in (
        stage(1, "adoption", 9, 5, 1, 3, rate=0.6, median=151_560, p25_seconds=3600, p75_seconds=604_800) | {"is": "Invite Accepted"},
        stage(2, "signal", 5, 1, 4, 0) | {"is": "signal wants_sso"} | QUARTERS,
        stage(3, "contract", 1, 1, 0, 0, rate=0.4, median=60) | {"is": "contract signed or opportunity won"} | QUARTERS,
        stage(4, "renewal", 1, 1, 0, 0) | {"is": "subscription renewed"} | QUARTERS,
    )
]
MONTHS = [f"2025-{month:02}-01" for month in range(1, 13)]
BY_MONTH: Rows = [
    row
    for number, month in enumerate(MONTHS)
    for row in (
        stage(1, "Signed Up", 10 + number, 4, number, 6, rate=0.4, median=86_400, group=month),
        stage(2, "Paid", 4, 4, 0, 0, group=month),
    )
]
WEEKS = ["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26", "2026-02-02"]


def cell(cohort: object, size: int, bucket: object, active: int, mature: bool = True) -> dict[str, Any]:
    began = None if cohort == "average" else size
    return {
        "cohort": cohort,
        "began": began,
        "size": size,
        "bucket": bucket,
        "active": active,
        "rate": active / size if size else None,
        "mature": mature,
    }


RETENTION: Rows = [
    *(cell(WEEKS[0], 10, str(bucket), active, bucket < 4) for bucket, active in enumerate((10, 6, 5, 4, 1))),
    *(cell(WEEKS[1], 20, str(bucket), active, bucket < 3) for bucket, active in enumerate((20, 11, 9, 3))),
    *(cell(WEEKS[2], 5, str(bucket), active, bucket < 2) for bucket, active in enumerate((5, 2, 0))),
    *(cell(WEEKS[3], 0, str(bucket), 0, bucket < 1) for bucket in range(2)),
    cell(WEEKS[4], 3, "0", 3, False),
    *(cell("average", size, str(bucket), active) for bucket, (size, active) in enumerate(((35, 35), (35, 19), (30, 14), (10, 4)))),
]
BY_PLAN: Rows = [
    *(cell("free", 10, bucket, active, bucket != "2-3") for bucket, active in (("0", 9), ("1", 4), ("2-3", 1))),
    *(cell("team", 4, bucket, active, bucket != "2-3") for bucket, active in (("0", 4), ("1", 3), ("2-3", 2))),
    *(cell("average", 14, bucket, active) for bucket, active in (("0", 13), ("1", 7))),
]
ACTIVE: Rows = [
    {"period": week, "active": active, "stickiness": sticky, "mature": sticky is not None}
    for week, active, sticky in zip(WEEKS, (12, 17, 16, 21, 4), (0.3, 0.25, 0.35, 0.3, None))
]
LIFE: Rows = [
    {
        "period": week,
        "active": new + kept + back,
        "new": new,
        "retained": kept,
        "resurrected": back,
        "dormant": dormant,
        "newly_dormant": lost,
        "mature": week != WEEKS[-1],
    }
    for week, new, kept, back, lost, dormant in zip(
        WEEKS, (12, 8, 4, 7, 1), (0, 9, 11, 13, 3), (0, 0, 1, 1, 0), (0, 3, 6, 3, 18), (0, 3, 8, 10, 28)
    )
]
CURVE: Rows = [
    {"threshold": str(n), "entered": 60 // n, "left": 50 // n, "fires": 40 // n, "subjects": 30 // n, "in": 10 // n, "stands": n == 3}
    for n in range(1, 6)
]

CHARTS: dict[str, Chart] = {
    "funnel": draw_funnel(FUNNEL, who="workspace", window="14d", convention="ordered", as_of=AS_OF),
    "motions": draw_funnel(
        MOTIONS,
        who="account",
        window="90d",
        convention="ordered",
        as_of=AS_OF,
        by="motion",
        through=[Through("40.0 % got through", "40.0 %"), Through("5 accounts, and no window is over yet", "")],
    ),
    "by month": draw_funnel(
        BY_MONTH,
        who="person",
        window="30d",
        convention="ordered",
        as_of=AS_OF,
        by="month",
        through=[Through("", f"40.0 %, 4 of 10; {number} not over") for number in range(12)],
    ),
    "path": draw_path(
        PATH,
        within={"signal": "20d", "contract": "30d", "renewal": "60d"},
        astray={"adoption": 0, "signal": 3, "contract": 1, "renewal": 0},
        convention="first adoption",
        as_of=AS_OF,
    ),
    "retention": draw_retention(RETENTION, who="workspace", period="week", convention="on", as_of=AS_OF),
    "by plan": draw_retention(BY_PLAN, who="account", period="week", convention="bracket", as_of=AS_OF, by="plan"),
    "active": draw_active(ACTIVE, who="person", period="week", convention="calendar_week", as_of=AS_OF),
    "lifecycle": draw_lifecycle(LIFE, who="workspace", period="week", convention="calendar_week", as_of=AS_OF),
    "curve": draw_curve(CURVE, signal="team_takeoff", test="people(any, 7d) >= 3", about="workspace", as_of=AS_OF),
}
NOTHING: dict[str, Chart] = {
    "funnel": draw_funnel([stage(1, "Signed Up", 0, 0, 0, 0)], who="workspace", window="14d", convention="ordered", as_of=AS_OF),
    "path": draw_path([stage(1, "adoption", 0, 0, 0, 0) | {"is": "", "lost": 0}], within={}, astray={}, convention="first", as_of=AS_OF),
    "retention": draw_retention([], who="workspace", period="week", convention="on", as_of=AS_OF),
    "active": draw_active([], who="person", period="week", convention="calendar_week", as_of=AS_OF),
    "lifecycle": draw_lifecycle([], who="workspace", period="week", convention="calendar_week", as_of=AS_OF),
    "curve": draw_curve([], signal="team_takeoff", test="people(any, 7d) >= 3", about="workspace", as_of=AS_OF),
}
