"""The doors of the house: files and calls of other systems become facts, row by row, and nothing is lost on the way.

In: files of JSON, delimited text or Parquet; calls of the Segment spec. Out: for each block of a file the facts of its rows, those that failed and
why, those that were left out (`Parsed`). Law: every row ends as one of these, as a whole; where a file is cut changes nothing; and `parse` is a
function of its block and the import's instant, so that it can run in any process.
Read `rows.py`, `block.py`; for files `opening.py`, `delimited.py`, `elements.py`; for calls `segment.py`, `calls.py`, `posthog.py`; for
mappings `declare.py`, `source_file.py`, `mapping.py`, `mapped.py`, `cells.py`, `casts.py`.
"""
