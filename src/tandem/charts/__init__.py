"""Charts: one declaration of what a report looks like, from which come Vega-Lite, pictures and pages.

In: a report's rows as its table has them, its words, its as-of. Out: a frozen `Chart`; of it Vega-Lite JSON, SVG, PNG, and a page that opens
without a network and runs no script. Law: a chart's table is the report's, number by number, and the same chart gives the same bytes.
Read `chart.py`, then `stages.py`, `funnel.py`, `path.py`, `retention.py`, `activity.py`, `signals.py`; `palette.py`, `wrap.py`, `forms/`,
`vegalite.py`; `picture.py`, `page.py`.
"""
