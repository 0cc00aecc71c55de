'''The text that people write: where every word stands, what is wrong with it, and what it declares.

In: the text of a file. Out: frozen nodes with spans, typed values, problems, JSON Schema, fingerprints. Law: nothing here
reads a disk, and nothing raises for a fault of the text: faults are `Problem` values, one per mistake, all of them at once.
Read `source.py`, `problem.py`, `codes.py`, `decode.py`, `syntax.py`, `tree.py`, `shape.py`, `record.py`, `schema.py`, `fingerprint.py`.
The expression language of conditions has a room of its own inside: `expression/`; its spans come from `Scalar.span_of`.

One declaration of a file serves reading, JSON Schema and docs:

    >>> from dataclasses import dataclass
    >>> from tandem.language.record import Either, Field, ListOf, MapOf, Record
    >>> from tandem.language.shape import Choice, Length, Located, Placed, Text, read
    >>> from tandem.language.source import Source
    >>> from tandem.language.tree import read_yaml
    >>> @dataclass(frozen=True)
    ... class Export:
    ...     format: str
    ...     fields: dict[str, Located[str]]
    ...     wait: int
    ...     tags: list[str] | str
    >>> EXPORT = Record(Export, "an export of another system", {
    ...     "format": Field(Choice(("csv", "json")), "how the file is written", required=True),
    ...     "fields": Field(MapOf(Text(), Placed(Text(expected="a column"))), "our field: their column", default={}),
    ...     "wait": Field(Length(), "how long to wait", default=0),
    ...     "tags": Field(Either((Text(), ListOf(Text()))), "words of your own", default=""),
    ... })
    >>> tree = read_yaml(Source("playbook/sources/billing.yaml", """format: cvs\\nfields: {email: "E-Mail"}\\nwait: 7d\\n"""))
    >>> reading = read(EXPORT, tree.root)       # tree.root is None only where tree.problems says why
    >>> reading.value is None                   # a value only where there is no error in it
    True
    >>> print(*(problem.told() for problem in (*tree.problems, *reading.problems)))
    playbook/sources/billing.yaml:1:9: unknown choice `cvs` [unknown_choice]
      1 | format: cvs
        |         ^^^
    help: did you mean `csv`? expected one of `csv`, `json`

Checks of one's own: `Record(..., check=function)` takes the value that was built and its `Entries` and yields problems made by
`Problem("contradiction", "message", span, help="...", other=span)`; it runs only where the record itself reads well. A `Placed`
value carries `.value`, `.node` and `.span`; `As(shape, convert, "a format")` turns a value into another, and a ValueError of
`convert` becomes a problem. Codes must stand in `codes.PROBLEMS`; `bad_value`, `contradiction`, `missing_key`,
`unknown_name`, `repeated_name` and `reserved_name` are there for the checks of other rooms.
'''
