"""`--chart FILE`: a report as a picture or a page; the kind is what the file's name ends with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from tandem.app.failures import UnreadableInput, WrongUsage
from tandem.language.expression.show import show
from tandem.values.durations import show_duration
from tandem.values.instants import Instant

if TYPE_CHECKING:
    from tandem.app.active import ActiveFound
    from tandem.app.curve import Curve
    from tandem.app.funnel import Funnelled
    from tandem.app.lifecycle import LifecycleFound
    from tandem.app.motion_funnels import MotionFunnels
    from tandem.app.path import PathWalked
    from tandem.app.retention import Retained
    from tandem.behavior.funnel.tally import Tally
    from tandem.charts.chart import Chart
    from tandem.charts.stages import Through

PictureKind = Literal["svg", "png", "html"]
WIDTH = 960
LETTERS_SHOWN = 12


@dataclass(frozen=True)
class Picture:
    """Where a chart goes, and how it is drawn. width: in pixels; a page fits itself to its window, and is light or dark by itself."""

    path: Path
    kind: PictureKind
    dark: bool = False
    width: int = WIDTH


def read_picture(path: Path, *, dark: bool = False, width: int = WIDTH) -> Picture:
    """Raises WrongUsage for a name that ends with no kind of picture, UnreadableInput where there is no such folder: before anything is asked."""
    ends = path.suffix.removeprefix(".").lower()
    for kind in get_args(PictureKind):
        if ends == kind:
            if not path.parent.is_dir():
                raise UnreadableInput(
                    f"`{path.parent}` is no folder, so `{path.name}` cannot be written there", "make the folder, or name another"
                )
            return Picture(path, kind, dark, width)
    raise WrongUsage(f"`{path}` does not say which kind of chart it is to be", "let its name end with .svg, .png or .html")


def save_chart(chart: Chart, picture: Picture) -> str:
    """What a reader of the file must be warned of; empty if nothing. What stood in the file stands until the chart is drawn.

    Raises UnreadableInput."""
    drawn = _drawn(chart, picture)
    try:
        picture.path.write_bytes(drawn)
    except OSError as error:
        raise UnreadableInput(
            f"`{picture.path}` cannot be written: {error.strerror}", "name a file that may be written, or mend its rights"
        ) from None
    if picture.kind != "png":
        return ""
    from tandem.charts.picture import boxes_in

    boxes = boxes_in(chart)
    if not boxes:
        return ""
    shown = " ".join(boxes[:LETTERS_SHOWN]) + (f" and {len(boxes) - LETTERS_SHOWN} more" if len(boxes) > LETTERS_SHOWN else "")
    return f"no font here has the letters {shown}, so `{picture.path.name}` has boxes in their place; .svg and .html show them"


def _drawn(chart: Chart, picture: Picture) -> bytes:
    from tandem.charts.page import draw_page
    from tandem.charts.picture import draw_png, draw_svg

    theme: Literal["light", "dark"] = "dark" if picture.dark else "light"
    match picture.kind:
        case "svg":
            return draw_svg(chart, theme=theme, width=picture.width).encode()
        case "png":
            return draw_png(chart, theme=theme, width=picture.width)
        case "html":
            return draw_page(chart).encode()


# What each report looks like.


def chart_of_funnel(report: Funnelled) -> Chart:
    from tandem.charts.funnel import draw_funnel

    asked = report.funnel
    who = "attempt" if asked.every_attempt else asked.about
    return draw_funnel(
        list(report.as_rows()),
        who=who,
        window=show_duration(asked.within),
        convention=asked.convention,
        as_of=report.as_of,
        by=report.by or "",
        through=[_through(each, who) for each in ([tally for _, tally in report.groups] if report.by else [report.tally])],
        more=(
            *(f"unless {show(each.selector)}" for each in asked.unless),
            *(() if asked.constant is None else (f"constant {'.'.join(asked.constant)}",)),
            *_range(asked.since, asked.until),
        ),
    )


def chart_of_motions(report: MotionFunnels) -> Chart:
    from tandem.charts.chart import name_of
    from tandem.charts.funnel import draw_funnel

    within = {each.declared.motion: show_duration(each.declared.within) for each in report.funnels}
    tallies = [each.tally for one in report.funnels for each in ([one.whole] if report.by is None else [group for _, group in one.groups])]
    rows = [
        row | {"group": row["motion"] if report.by is None else f"{row['motion']}, {name_of(row['group'])}"} for row in report.as_rows()
    ]
    return draw_funnel(
        rows,
        who="account",
        window=", ".join(f"{length} ({motion})" for motion, length in within.items()),
        convention=report.as_json()["convention"],
        as_of=report.as_of,
        by="motion",
        through=[_through(each, "account") for each in tallies],
        apart=True,
        more=(*(() if report.by is None else (f"by {report.by}",)), *_range(report.asked.since, report.asked.until)),
    )


def chart_of_path(report: PathWalked) -> Chart:
    from tandem.charts.path import draw_path

    steps = report.as_json()["steps"]
    return draw_path(
        [row | {"is": steps[row["step"] - 1]["is"]} for row in report.as_rows()],
        within={step["name"]: step["within"] for step in steps[1:]},
        astray={step["name"]: step["astray"] for step in steps},
        convention=report.as_json()["convention"],
        as_of=report.as_of,
        by=report.by or "",
        more=_range(report.asked.since, report.asked.until),
    )


def chart_of_retention(report: Retained) -> Chart:
    from tandem.charts.retention import AVERAGE, draw_retention

    told, asked = report.as_json(), report.asked
    cells = [
        {"cohort": f'"{AVERAGE}"' if cohort["cohort"] == AVERAGE else cohort["cohort"], "began": cohort["size"]} | cell
        for cohort in told["cohorts"]
        for cell in cohort["cells"]
    ]
    return draw_retention(
        cells + [{"cohort": AVERAGE, "began": None} | cell for cell in told["average"]],
        who=asked.about,
        period=asked.period,
        convention=f"{asked.convention}, {report.buckets}, {asked.entry}",
        as_of=asked.as_of,
        by=told["by"] or "",
        more=(f"first {told['first']}, return {told['return']}", *_people(told["people"]), *_range(asked.since, asked.until), told["zone"]),
    )


def chart_of_active(report: ActiveFound) -> Chart:
    from tandem.charts.activity import draw_active

    told, asked = report.as_json(), report.asked
    return draw_active(
        told["rows"],
        who=asked.about,
        period=asked.period,
        convention=report.convention,
        as_of=asked.as_of,
        days=report.days,
        more=(told["selector"], *_people(told["people"]), *_range(asked.since, asked.until), told["zone"]),
    )


def chart_of_lifecycle(report: LifecycleFound) -> Chart:
    from tandem.charts.activity import draw_lifecycle

    told, asked = report.as_json(), report.asked
    return draw_lifecycle(
        told["rows"],
        who=asked.about,
        period=asked.period,
        convention=told["convention"],
        as_of=asked.as_of,
        more=(told["selector"], *_people(told["people"]), *_range(asked.since, asked.until), told["zone"]),
    )


def chart_of_curve(report: Curve) -> Chart:
    from tandem.charts.signals import draw_curve

    return draw_curve(report.as_rows(), signal=report.signal.name, test=report.test, about=report.signal.about, as_of=report.as_of)


def _through(tally: Tally, noun: str) -> Through:
    from tandem.app.funnel import tell_overall
    from tandem.charts.stages import Through

    return Through(tell_overall(tally, noun), tell_overall(tally, noun, brief=True))


def _people(people: int | None) -> tuple[str, ...]:
    return () if people in (None, 1) else (f"active where {people} persons are",)


def _range(since: Instant | None, until: Instant | None) -> tuple[str, ...]:
    from tandem.charts.chart import show_minute

    return tuple(f"{word} {show_minute(at)}" for word, at in (("since", since), ("until", until)) if at is not None)
