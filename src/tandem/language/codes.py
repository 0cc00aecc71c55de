"""Every code of a problem, with what it means: the one table from which the page of problems is made."""

from __future__ import annotations

from dataclasses import dataclass

FILE_BYTES_MAX = 512 * 1024
DEPTH_MAX = 64


@dataclass(frozen=True)
class Code:
    """code: stable, for scripts. title: a short line. explanation: one paragraph for the person whose file it is."""

    code: str
    title: str
    explanation: str


PROBLEMS: dict[str, Code] = {
    code.code: code
    for code in (
        # The folder and its files.
        Code("missing_file", "a file that every playbook needs is missing",
             "A playbook is a folder of text files. `company.yaml` says in which time zone days begin and in which currency money is "
             "counted, so nothing can be computed without it. `tandem init` makes a new playbook with all files."),
        Code("unknown_file", "the playbook has no file of that name",
             "Only files that mean something may lie in the playbook, so that a misspelt name never means that its rules are silently "
             "left out. Notes may stand beside it as `.md` or `.txt`; hidden files and folders are passed over."),
        Code("unreadable_file", "the file cannot be opened",
             "Something of that name is there, but it cannot be read: it is a folder, or its permissions forbid it."),
        Code("file_too_large", "the file is too large for a playbook",
             f"A file of a playbook holds at most {FILE_BYTES_MAX // 1024} KiB. It is written by people and reviewed in git; data belongs "
             "into `tandem import`."),
        Code("not_utf8", "the file is not UTF-8 text",
             "Playbook files are UTF-8. A file saved by an old editor or exported from a spreadsheet is often Windows-1252 or UTF-16; "
             "save it again as UTF-8. A byte-order mark at the beginning is fine."),
        Code("odd_character", "an invisible or forbidden character",
             "NUL bytes, control characters and invisible line separators cannot be seen in an editor, so nobody would know why two "
             "names differ. They come along when text is pasted from documents. Delete the character and type the place again."),
        Code("empty_file", "the file says nothing",
             "The file is empty or holds only comments. Write its keys, or delete it."),
        Code("playbook_exists", "there is a playbook already",
             "`tandem init` never overwrites: a playbook is somebody's work. Choose another folder, or delete the old playbook yourself."),
        # The grammar of YAML.
        Code("not_yaml", "the text does not fit together",
             "The file could not be read as YAML from this place on. Look at the line and the one above it: a bracket, quote, dash or colon "
             "is usually too much or missing."),
        Code("tab", "a tab where spaces must stand",
             "YAML counts spaces to see what belongs to what, and a tab has no agreed width, so tabs are forbidden there. Set the editor to "
             "indent with two spaces."),
        Code("bad_indentation", "the line starts in the wrong column",
             "What belongs together starts in the same column; what belongs under a key stands further right, by two spaces. This line "
             "stands in a column that fits neither the lines above it nor what they hold."),
        Code("missing_colon", "a line without its colon",
             "Among keys, each line is `key: value`. This line has no colon, or no space after it."),
        Code("colon_in_text", "a colon and a space inside a text",
             "A colon followed by a space ends a key, so a text that holds one must stand in quotes: `title: \"Step two: invite\"`."),
        Code("unclosed_quote", "a quote is never closed",
             "A text that begins with a quote ends with the same quote. Inside single quotes write a quote twice; inside double quotes "
             "write a backslash before it."),
        Code("unclosed_bracket", "a bracket is never closed, or a comma is missing",
             "A list in brackets ends with `]`, a map in braces with `}`, and their parts are separated by commas."),
        Code("text_after_quote", "text after a closing quote",
             "A text in quotes ends at its closing quote. What follows on the line belongs to nothing; put the quotes around all of it, or "
             "double a quote that is part of the text."),
        Code("reserved_sign", "a text starts with a sign that YAML keeps for itself",
             "A text that starts with `@`, a backtick, `%`, `&`, `!` or `*` must stand in quotes."),
        Code("bad_escape", "a backslash that means nothing",
             "Inside double quotes a backslash starts an escape such as `\\n`. For a real backslash write two, or use single quotes, where "
             "it means itself. An escape must stand for a whole character that can be written."),
        Code("second_document", "a second document in one file",
             "A line of three dashes or dots starts another YAML document. A playbook file is one document; remove the line, or make two files."),
        Code("directive", "a YAML directive",
             "Lines that start with `%` change how the rest is read. A playbook is always YAML 1.2, so they are refused."),
        Code("anchor", "an anchor",
             "An anchor (`&name`) lets another place repeat this one without showing it, so a reader of the playbook would not see "
             "what a rule says. Playbooks are read by people; write it out. A text that starts with `&` needs quotes."),
        Code("alias", "an alias, or a text that starts with a star",
             "`*name` repeats what was marked elsewhere with `&name`; playbooks do not use that. More often the star was meant as a "
             "wildcard: then the text needs quotes, `\"*@example.com\"`."),
        Code("merge_key", "a merge key",
             "`<<` copies keys from another place without showing them. It is not part of YAML 1.2, and a playbook shows what it says."),
        Code("tag", "a tag",
             "A tag (`!name`) asks a program to read a value in its own way. The playbook knows the type of every value, so tags are refused. "
             "A text that starts with `!` needs quotes."),
        Code("too_deep", "too many levels inside each other",
             f"Lists and maps may stand inside each other at most {DEPTH_MAX} levels deep. No playbook needs so many; usually a bracket was "
             "repeated by mistake."),
        Code("key_is_no_text", "a key that is not a name",
             "A key must be a text on one line; lists, maps and nothing at all cannot be keys."),
        Code("repeated_key", "the same key twice",
             "A key stands once in its map. YAML readers differ in which of two they believe, so neither is: keep one."),
        # What a file may hold.
        Code("wrong_type", "another kind of value was expected",
             "YAML knows texts, numbers, `true` and `false`, lists and maps. This key wants another kind than the one that stands there. A "
             "number or a word such as `true` becomes text in quotes; a number in quotes is text."),
        Code("empty_value", "nothing stands after the key",
             "The key is there but has no value. Write one, or remove the key; an empty list is `[]`, an empty map `{}`."),
        Code("unknown_key", "a key that means nothing here",
             "Only known keys may stand in a playbook, so that a misspelt one is never silently left out."),
        Code("missing_key", "a key that must be there is missing",
             "This part of the playbook cannot be understood without the key."),
        Code("unknown_choice", "a word that is not among the choices",
             "The key takes one of a few words."),
        Code("out_of_range", "a number or length outside its limits",
             "The value is of the right kind, but too small or too large to make sense here."),
        Code("bad_value", "a value that cannot be read",
             "The value is a text, as expected, but not in the form that is needed: a date, a duration such as `7d`, a time zone, a pattern."),
        Code("contradiction", "two things that cannot stand together",
             "Each may be right alone, but together they say two different things. Decide for one."),
        Code("unknown_name", "a name that is declared nowhere",
             "The name should have been declared in another place of the playbook, and is not. Usually one of the two is misspelt."),
        Code("repeated_name", "a name that is used twice",
             "The names in this list must differ."),
        Code("reserved_name", "a name that Tandem keeps for itself",
             "The name has a meaning of its own, so a file or an entry may not take it, or it has signs that a name may not have."),
    )
}  # fmt: skip
