"""A new project of every pattern ends with a lead: whoever brings the events that it names sees whom to talk to, and whom not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tandem.app.boundary import BoundaryRequest, find_boundary
from tandem.app.importing import Import, import_files
from tandem.app.init import PATTERNS, InitRequest, init
from tandem.app.leads import LeadsRequest, list_leads
from tandem.app.project import Project
from tandem.app.world import World

# By pattern: facts, of which acme's speak for a touch and beta's do not; the signal of the lead, what it permits, and what touching beta was.
TOLD = {
    "assist": (
        """
        2026-05-01 Signed Up by ann @acme plan=free
        2026-05-06 Security Page Viewed by ann @acme
        2026-05-06 Signed Up by bob @beta plan=free
        2026-05-08 touch T-1 @beta seller=tom channel=call direction=outbound
        """,
        ("checks_security", "sell", "sales_led"),
    ),
    "adoption": (
        """
        2026-04-01 contract C-1 @acme owner=nora value=1200000
        2026-04-05 User Activated by ann @acme
        2026-05-02 User Activated by bob @beta
        2026-05-03 touch T-1 @beta seller=tom channel=call direction=outbound
        """,
        ("goes_quiet", "serve", "sales_led"),
    ),
    "freemium": (
        """
        2026-05-01 account acme employees=800
        2026-05-02 Signed Up by ann @acme/one
        2026-05-02 Document Created by bob @acme/one
        2026-05-03 Document Created by cat @acme/two
        2026-05-03 Document Created by dan @acme/two
        2026-05-05 Document Created by eve @acme/two
        2026-05-06 Signed Up by fay @beta
        2026-05-08 touch T-1 @beta seller=tom channel=email direction=outbound
        """,
        ("large_company", "sell", "sales_led"),
    ),
    "sales-led": (
        """
        2026-05-01 Demo Requested by ann @acme
        2026-05-02 Trial Started by bob @beta
        2026-05-04 touch T-1 @beta seller=tom channel=call direction=outbound
        """,
        ("raised_hand", "sell", "sales_led"),
    ),
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_what_a_pattern_names_makes_a_lead_and_what_it_does_not_name_makes_poaching(tmp_path: Path, pattern: str):
    told, (signal, purpose, motion) = TOLD[pattern]
    init(InitRequest(tmp_path, pattern))
    (tmp_path / "facts.txt").write_text("\n".join(line.strip() for line in told.strip().splitlines()), encoding="utf-8")
    project = Project(tmp_path, World())
    import_files(project, Import("notation", (tmp_path / "facts.txt",)))
    (lead,) = list_leads(project, LeadsRequest(as_of="2026-05-09", only="open")).rows
    assert lead.permit is not None
    assert (lead.account, lead.signal, lead.permit.purpose, lead.permit.motion) == ("acme", signal, purpose, motion)
    judged = find_boundary(project, BoundaryRequest(as_of="2026-05-09")).judged
    assert [(each.touch, each.verdict) for each in judged] == [("T-1", "poached")]
