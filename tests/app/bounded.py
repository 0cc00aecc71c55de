"""Projects with a boundary: facts told as text, a handful of signals in a line each, and a `boundary.yaml` as a test writes it."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.app.projects import imported, project, tandem

PRODUCT = "plans: [free, team]\n"
TITLES = {
    "need": ("Asked twice for single sign-on", "account", 'count("SSO Viewed", 14d) >= 2'),
    "limit": ("More people want in than the plan allows", "workspace", 'count("Seat Limit Reached", 14d) >= 1'),
    "hand": ("Asks for a person", "person", 'count("Asked for Us", 7d) >= 1'),
    "papers": ("Needs our papers", "account", 'count("Questionnaire Sent", 30d) >= 1'),
    "looks": ("Looked at the prices", "account", 'count("Pricing", 7d) >= 1'),
}
# Line by line, for tests name lines.
BOUNDARY = """\
first_use: Signed Up
quarantine: 14d
signals:
  need: {evidence: enterprise_need}
  limit: {evidence: enterprise_need, purpose: help, channels: [email]}
  hand: {}
  papers: {procurement: true, sla: 8h, motion: sales_led}
  looks: {purpose: help}
caps:
  - {touches: 2, within: 7d}
suppression:
  - {domain: rival.example, reason: a competitor}
"""


def bounded(
    folder: Path,
    told: Callable[..., None] | str,
    boundary: str | None = BOUNDARY,
    *,
    product: str = PRODUCT,
    zone: str = "UTC",
    titles: Mapping[str, tuple[str, str, str]] = TITLES,
    **more: Any,
) -> Path:
    """The project of a test's docstring. boundary: None leaves the file out. more: of each signal."""
    found = project(folder, product=product, zone=zone)
    signals(found, titles, **more)
    if boundary is not None:
        (found / "playbook" / "boundary.yaml").write_text(boundary)
    text = told if isinstance(told, str) else inspect.getdoc(told)
    tell(found, text or "")
    return found


def signals(folder: Path, titles: Mapping[str, tuple[str, str, str]], **more: Any) -> None:
    said = {
        name: {"title": title, "kind": "hand_raise" if name == "hand" else "intent", "about": about, "when": when, **more}
        for name, (title, about, when) in titles.items()
    }
    (folder / "playbook" / "signals").mkdir(exist_ok=True)
    (folder / "playbook" / "signals" / "all.yaml").write_text(json.dumps({"signals": said}))


def tell(folder: Path, text: str) -> None:
    """Import facts; of nothing, nothing."""
    if text.strip():
        (folder.parent / f"{folder.name}.txt").write_text(text)
        imported(folder, "notation", folder.parent / f"{folder.name}.txt")


def rows(folder: Path, *options: str) -> list[dict[str, Any]]:
    told = tandem(folder, "leads", "--format", "json", *options)
    assert told.code == 0, told.err
    found: list[dict[str, Any]] = told.json["leads"]
    return found


def short(row: Mapping[str, Any]) -> str:
    """`need of acme: lead`, or `looks of acme: no_evidence quarantine`."""
    reasons = " ".join(each["reason"] for each in row["refusal"])
    return f"{row['signal']} of {row['subject']}: {('lead' if row['lead'] else '') + (' ' if row['lead'] and reasons else '') + reasons}"


def leads(folder: Path, *options: str) -> list[str]:
    return [short(row) for row in rows(folder, *options)]


def report(folder: Path, *options: str) -> dict[str, Any]:
    told = tandem(folder, "boundary", "--format", "json", *options)
    assert told.code == 0, told.err
    return told.json


def explained(folder: Path, *arguments: str) -> dict[str, Any]:
    told = tandem(folder, "explain", *arguments, "--format", "json")
    assert told.code == 0, told.err
    return told.json
