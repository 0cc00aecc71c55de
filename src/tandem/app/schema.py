"""`tandem schema`: JSON Schema (draft-07) of every playbook file, so that editors complete keys and show what they mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tandem.app.playbook.company import COMPANY
from tandem.app.playbook.playbook import BOUNDARY_FILE, COMPANY_FILE, ICP_FILE, PRODUCT_FILE, SIGNALS_FOLDER, SOURCES_FOLDER
from tandem.app.playbook.product import PRODUCT
from tandem.boundary.playbook.declare import BOUNDARY
from tandem.language.schema import schema
from tandem.signals.playbook.declare import ICP, SIGNALS

SCHEMA_FOLDER = ".schema"  # Hidden, so that the playbook's reader passes it over.


def playbook_schemas() -> dict[str, dict[str, Any]]:
    """The schema of each file by its pattern inside the playbook: `company.yaml`, `sources/*.yaml`."""
    from tandem.connect.mapping.declare import SOURCE

    return {
        COMPANY_FILE: schema(COMPANY, "Tandem: the company"),
        PRODUCT_FILE: schema(PRODUCT, "Tandem: the product"),
        ICP_FILE: schema(ICP, "Tandem: the ideal customer"),
        BOUNDARY_FILE: schema(BOUNDARY, "Tandem: the boundary"),
        f"{SIGNALS_FOLDER}/*.yaml": schema(SIGNALS, "Tandem: signals and scores"),
        f"{SOURCES_FOLDER}/*.yaml": schema(SOURCE, "Tandem: how a source's files become facts"),
    }


def write_schemas(folder: Path) -> tuple[Path, ...]:
    """Writes `company.json`, `sources.json` and the others into `folder`, which is made where it is missing. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for pattern, content in playbook_schemas().items():
        path = folder / f"{pattern.split('/')[0].removesuffix('.yaml')}.json"
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return tuple(written)
