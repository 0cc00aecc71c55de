"""A chart as one page: the picture for light and dark, for narrow and wide, what it says in words, and its table.

It asks for nothing, runs nothing, and says so in its policy: all its style is one block, which the policy names by its digest.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from html import escape

from tandem.charts.chart import Chart, Kind, Table, counted, tell
from tandem.charts.palette import DARK, FONT, LIGHT, THEMES, Theme
from tandem.charts.picture import draw_svg

NARROW, WIDE = 560, 1_100
# The wide picture, and the margins of the page beside it.
_BREAK = WIDE + 40
ROWS_SHOWN = 100


def draw_page(chart: Chart) -> str:
    pictures = "\n".join(_pictures(chart))
    notes = "".join(f"<p>{escape(note)}</p>\n" for note in chart.notes)
    style = _style()
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(chart.title)}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{escape(chart.title)}</h1>
<p class="said">{escape(chart.subtitle)}</p>
<figure>
{pictures}
</figure>
{notes}{_table(chart.table)}</main>
</body>
</html>
"""


def _pictures(chart: Chart) -> Iterator[str]:
    for theme in THEMES:
        for name, width in (("narrow", NARROW), ("wide", WIDE)):
            drawn = draw_svg(chart, theme=theme, width=width, bare=True)
            # Four pictures stand in one page, and what one of them refers to is its own.
            own = f"{theme}-{name}-"
            drawn = drawn.replace(' id="', f' id="{own}').replace("url(#", f"url(#{own}")
            yield f'<div class="{theme} {name}">{drawn}</div>'


def _table(table: Table) -> str:
    if not table.rows:
        return ""
    head = "".join(f'<th scope="col"{_side(each.kind)}>{escape(each.title)}</th>' for each in table.columns)
    kinds = [each.kind for each in table.columns]
    body = "\n".join(
        "<tr>" + "".join(f"<td{_side(kind)}>{escape(tell(cell, kind))}</td>" for cell, kind in zip(row, kinds, strict=True)) + "</tr>"
        for row in table.rows
    )
    # A table that is much longer than the picture is opened by who wants it; that needs no script.
    opened = " open" if len(table.rows) <= ROWS_SHOWN else ""
    return (
        f"<details{opened}>\n<summary>The numbers: {counted(len(table.rows), 'row')}</summary>\n"
        '<div class="table" role="region" aria-label="The numbers" tabindex="0">\n'
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>\n</details>\n"
    )


def _side(kind: Kind) -> str:
    return "" if kind in ("name", "yes") else ' class="number"'


def _style() -> str:
    return f"""
{_colours(LIGHT)}
@media screen and (prefers-color-scheme: dark) {{ {_colours(DARK)} }}
html {{ background: var(--page); color: var(--ink); font: 15px/1.5 {FONT}; }}
body {{ margin: 0; }}
main {{ max-width: {WIDE}px; margin: 0 auto; padding: 24px 20px; }}
h1 {{ font-size: 24px; line-height: 1.25; margin: 0 0 4px; }}
p {{ margin: 0 0 4px; color: var(--quiet); }}
figure {{ margin: 20px 0; }}
svg {{ display: block; max-width: 100%; height: auto; }}
.dark, .wide {{ display: none; }}
@media (min-width: {_BREAK}px) {{ .wide {{ display: block; }} .dark.wide, .narrow {{ display: none; }} }}
@media screen and (prefers-color-scheme: dark) {{
  .light, .light.wide {{ display: none; }}
  .dark.narrow {{ display: block; }}
  @media (min-width: {_BREAK}px) {{ .dark.wide {{ display: block; }} .dark.narrow {{ display: none; }} }}
}}
details {{ margin-top: 20px; }}
summary {{ cursor: pointer; }}
.table {{ overflow-x: auto; margin-top: 8px; }}
table {{ border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }}
th, td {{ text-align: left; padding: 4px 16px 4px 0; border-bottom: 1px solid var(--line); }}
th {{ color: var(--quiet); font-weight: normal; }}
.number {{ text-align: right; white-space: nowrap; }}
"""


def _colours(theme: Theme) -> str:
    return f":root {{ --page: {theme.page}; --ink: {theme.ink}; --quiet: {theme.quiet}; --line: {theme.line}; }}"
