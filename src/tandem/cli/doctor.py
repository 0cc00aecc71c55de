"""How the doctor's report reads: sources first, then what is doubtful, each with what to do about it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from tandem.cli.render import print_report, print_table

if TYPE_CHECKING:
    from tandem.app.doctor import Doctor
    from tandem.cli.render import Format

_SHOWN = 10


def print_doctor(report: Doctor, format_: Format) -> None:
    """All of it as a page, as one object, or the findings as rows."""
    print_report(
        format_,
        json=lambda: _whole(report),
        csv=lambda: (("finding", "subject", "detail"), _findings(report)),
        page=lambda: _print(report),
        as_of=report.as_of,
    )


def _whole(report: Doctor) -> dict[str, Any]:
    whole = asdict(report)
    whole["always_known"] = [{"kind": kind, "versions": n} for kind, n in report.always_known]
    whole["unnamed"] = [{"field": field, "value": value, "touches": n} for field, value, n in report.unnamed]
    return {"as_of": whole.pop("as_of"), **whole}


def _print(report: Doctor) -> None:
    ends = ("received", "stored", "duplicate", "suppressed", "failed")
    rows = [
        {"source": each.source}
        | {name: getattr(each, name) for name in ends}
        | {
            "facts": each.facts,
            "assumed": f"{each.assumed_share:.0%}",
            "last known": _instant(each.last_known),
            "stale": "stale" if each.stale else "",
        }
        for each in report.sources
    ]
    if rows:
        print_table(("source", *ends, "facts", "assumed", "last known", "stale"), rows, right=("assumed",))
    click.echo(
        "counts: " + ("received = stored + duplicate + suppressed + failed, for every source" if report.adds_up else "THEY DO NOT ADD UP")
    )
    by_finding: dict[str, list[dict[str, Any]]] = {}
    for row in _findings(report):
        by_finding.setdefault(row["finding"], []).append(row)
    for finding, same in by_finding.items():
        click.echo(f"\n{_TITLES[finding]}")
        for row in same[:_SHOWN]:
            click.echo(f"  {row['subject']}: {row['detail']}")
        if len(same) > _SHOWN:
            click.echo(f"  and {len(same) - _SHOWN:,} more; --format csv lists all")
    if not by_finding:
        click.echo("nothing doubtful")


_TITLES = {
    "assumed": "assumed times: nobody stated when these facts were known, so a backtest takes the instant at which they occurred",
    "stale": "stale sources: silent far longer than ever before",
    "failed": "failed rows: kept whole; `tandem failed` lists them, `tandem failed --replay` tries them again",
    "conflict": "conflicts: facts that contradict each other; `tandem identity conflicts` has the links",
    "unmatched": "accounts that are named, but of which there is no record",
    "uncast": "values that are not of their type: they count as no value",
    "endless": "overrides without a stated end: a manager says until when, and one that never ends would be another rule",
    "unnamed": "channels and purposes of touches that the boundary does not name: no rule about a channel or purpose fits these touches",
    "never_seen": "declared events that never came: is the name spelt as the product sends it?",
    "always": "known from the beginning, because a mapping says so: a backtest may see too much",
    "repeated_keys": "keys that stood twice in one object: the last one counted",
}


def _findings(report: Doctor) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for source in report.sources:
        if source.assumed_share:
            rows.append(_row("assumed", source.source, f"{source.assumed_share:.0%} of {source.facts:,} facts"))
        if source.stale:
            rows.append(_row("stale", source.source, f"last known {_instant(source.last_known)}, {source.silent_days:.1f} days before"))
        if source.open_failures:
            rows.append(_row("failed", source.source, f"{source.open_failures:,} row" + ("s" if source.open_failures > 1 else "")))
        if source.repeated_keys:
            rows.append(_row("repeated_keys", source.source, _times(source.repeated_keys)))
    for conflict in report.conflicts:
        rows.append(_row("conflict", conflict.subject, f"{conflict.what} [{conflict.kind}]; {conflict.mend}"))
    for account in report.unmatched:
        near = f"; did you mean `{account.nearest}`?" if account.nearest else ""
        rows.append(_row("unmatched", account.account, f"named {_times(account.named)}{near}"))
    for field in report.uncast:
        rows.append(
            _row(
                "uncast",
                f"{field.kind}: {field.name}",
                f"{field.uncast:,} of {field.total:,} are no {field.usual}, such as `{field.example}`",
            )
        )
    for override in report.endless:
        rows.append(_row("endless", override, "it permits nothing; state its `until`, or let it be corrected"))
    for name, value, touches in report.unnamed:
        rows.append(_row("unnamed", f"{name} {value}", f"{touches:,} touch{'' if touches == 1 else 'es'}"))
    for kind, versions in report.always_known:
        rows.append(_row("always", kind, f"{versions:,} version" + ("s" if versions > 1 else "")))
    for event in report.never_seen:
        rows.append(_row("never_seen", event, "declared in `product.yaml`"))
    return rows


def _row(finding: str, subject: str, detail: str) -> dict[str, Any]:
    return {"finding": finding, "subject": subject, "detail": detail}


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n:,} times"


def _instant(at: int | None) -> str:
    from tandem.values.instants import show

    return "" if at is None else show(at)
