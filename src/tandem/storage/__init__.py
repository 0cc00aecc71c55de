"""The disk: one writer, a checksummed journal, open Delta tables, and the index that knows every id that was ever stored.

In: batches of placed Arrow columns with their ledger. Out: tables as of a place. Law: a batch is one record of the journal, so it is
there whole or not at all; everything else in `data/` is derived from the journal and the lake and can be finished after a crash.
Read `log.py` (the door), `journal.py`, `lake.py`, `known_ids.py`, `manifest.py`, `lock.py`; `playbooks.py`, which keeps what was applied; and
`derived.py`, which keeps what is computed.

    data/format.json        the number of this layout; newer is refused, older is migrated
    data/writer.lock        who writes now
    data/manifest.json      what is sealed: swapped by rename, so a reader sees one place
    data/journal/*.log      batches not yet sealed
    data/lake/KIND/         a Delta table a kind
    data/ids/*.run          128-bit keyed digests of ids with their contents, sorted
    data/playbooks/         the applied playbooks, their texts and since when each holds
    data/timeline/          the timeline's arrays and their manifest; may be removed at any time
    data/timelines/RULES/   the same under other rules of identity
    data/edges/             the edges of signals, by what each means; may be removed at any time
"""
