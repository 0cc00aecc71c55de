"""Why a row was not stored. Every reason is a promise: the row is kept whole, told with this text, and can be mended and replayed."""

from __future__ import annotations

from dataclasses import dataclass

LINE_BYTES_MAX = 4 * 1024 * 1024
DEPTH_MAX = 32
PROPERTIES_MAX = 2_000
ID_CHARACTERS_MAX = 1_000


@dataclass(frozen=True)
class Reason:
    """code: stable, for scripts. what: what is wrong. mend: what the user can do."""

    code: str
    what: str
    mend: str


REASONS: dict[str, Reason] = {
    reason.code: reason
    for reason in (
        # The bytes.
        Reason("too_long", f"the line is longer than {LINE_BYTES_MAX // 1024 // 1024} MiB", "leave out what is no fact, such as embedded files"),
        Reason("bad_encoding", "the text is not valid in the file's encoding", "export as UTF-8, or name the `encoding` in the mapping"),
        Reason("nul_byte", "the text has a NUL byte", "remove it; it often means a file that was cut or is not text"),
        Reason("truncated_file", "the compressed file ends in the middle", "fetch the file again; what stood before the break is stored"),
        Reason("unreadable_file", "the file cannot be read as its format", "check that it is whole and of the format that the mapping names"),
        Reason("missing_columns", "the file lacks columns that the mapping names", "mend the mapping or the file, and import the file again"),
        # The row.
        Reason("not_json", "the line is not JSON", "each line must be one JSON object"),
        Reason("not_an_object", "the line is JSON but no object", "each line must be one JSON object, `{...}`"),
        Reason("not_a_number", "a number is NaN, infinite or too large", "write null where there is no value"),
        Reason("lone_surrogate", "a text holds half of a surrogate pair", "write the whole character, or leave it out"),
        Reason("too_deep", f"values are nested deeper than {DEPTH_MAX} levels", "flatten what is nested"),
        Reason("too_many_properties", f"there are more than {PROPERTIES_MAX} properties", "send what is counted or compared, not whole documents"),
        Reason("wrong_columns", "the row has more or fewer columns than the header", "check quotes and delimiters in this row"),
        Reason("repeated_header", "the row repeats the header", "remove it; it comes from joining files"),
        Reason("not_notation", "the line is no fact in the notation", "write it as `2026-03-01 Invite Accepted by ann @acme plan=free`"),
        Reason("unclosed_quote", "a quoted field is never closed", "close the quote, or double it inside a field"),
        # The fact.
        Reason("no_type", "the call has no known `type`", "use one of track, page, screen, identify, group, alias"),
        Reason("no_event", "the event has no name", "a track call needs `event`"),
        Reason("no_person", "the event names nobody", "give a user id or an anonymous id, or map one"),
        Reason("no_workspace", "the group call names no group", "give `groupId`"),
        Reason("no_previous", "the alias or merge names nobody to merge", "give `previousId`, or the id that is gone"),
        Reason("no_id", "the record has no id", "map the column that identifies it"),
        Reason("bad_id", f"an id is no text or number, or longer than {ID_CHARACTERS_MAX} characters", "use plain ids"),
        Reason("bad_value", "a value is not what the mapping says it is", "mend the value, or the mapping"),
        Reason("no_instant", "the row has no instant", "map a column, or say `known: always` if it was so from the beginning"),
        Reason("bad_instant", "the instant cannot be read", "write it as ISO-8601; a mapping can name its `format`"),
        Reason("no_zone", "the instant has no time zone", "write its offset, such as `Z` or `+01:00`; a mapping can name the `time_zone`"),
        Reason("before_1990", "the instant is before 1990", "check the unit: seconds or milliseconds"),
        Reason("in_the_future", "it occurred more than 24 hours after it was known", "check the unit and the sender's clock"),
        Reason("id_reused", "the id was used before for something else", "give each fact its own id; a changed snapshot needs its own `exported_at`"),
    )
}  # fmt: skip

# Of whole files: such a failure ends when the file is imported again without it, for there is no row to replay.
OF_FILES = frozenset({"truncated_file", "unreadable_file", "missing_columns"})
