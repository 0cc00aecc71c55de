"""Projects of which a plan is asked: a few looks, two touches, and the one signal that is in force."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.app.projects import project, tandem

PRODUCT = """\
plans: [free, team]
outcomes:
  won: {opportunity: won}
  shared: {event: Shared, about: workspace}
"""
FACTS = """\
2026-01-01 account A-1 name=Acme domain=acme.com
2026-01-01 Opened by ann @A-1
2026-01-01 Opened by bob @beta
2026-01-01 Opened by cid @gamma
2026-02-02T10:00 (page) Pricing by ann @A-1
2026-02-02T12:00 (page) Pricing by bob @beta
2026-02-03T12:00 (page) Pricing by bob @beta
2026-02-20T10:00 (page) Pricing by cid @gamma
2026-02-24T10:00 opportunity O-1 @beta stage="Closed Won"
2026-02-04T10:00 touch T-1 @A-1 channel=email direction=outbound
2026-02-05T10:00 touch T-2 @gamma channel=email direction=outbound
2026-05-30T10:00 (page) Pricing by cid @gamma
2026-06-01 Opened by ann @A-1
"""


def signal(when: str, about: str = "account", **said: Any) -> dict[str, Any]:
    return {"title": "A signal", "kind": "intent", "about": about, "when": when} | said


LOOKS = {"looks": signal('count("Pricing", 7d) >= 1')}
BOUNDARY = {"signals": {"looks": {"evidence": "enterprise_need", "valid_for": "14d"}}}


def write(folder: Path, signals: Mapping[str, Any], boundary: Mapping[str, Any] | None = None, product: str = PRODUCT) -> None:
    playbook = folder / "playbook"
    (playbook / "signals").mkdir(exist_ok=True)
    (playbook / "signals" / "all.yaml").write_text(json.dumps({"signals": signals}))
    (playbook / "product.yaml").write_text(f"name: App\n{product}")
    (playbook / "boundary.yaml").unlink(missing_ok=True)
    if boundary is not None:
        (playbook / "boundary.yaml").write_text(json.dumps(boundary))


def begun(folder: Path, facts: str, signals: Mapping[str, Any], boundary: Mapping[str, Any] | None = None) -> Path:
    found = project(folder, product=PRODUCT)
    write(found, signals, boundary)
    path = folder.parent / "facts.txt"
    path.write_text(facts)
    assert tandem(found, "import", "notation", path).code == 0
    return found


def in_force(folder: Path) -> Path:
    """In force is one look in a week; whoever looks may be touched."""
    found = begun(folder, FACTS, LOOKS, BOUNDARY)
    assert tandem(found, "apply").code == 0
    return found


def planned(folder: Path, *arguments: str) -> dict[str, Any]:
    told = tandem(folder, "plan", *arguments, "--format", "json")
    assert told.code == 0, told.err
    return told.json


def firings(rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(row["signal"], row["subject"], row["fired_at"]) for row in rows]
