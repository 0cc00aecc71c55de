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
        Code("undeclared_field", "a field of your own that is nearly a declared one",
             "Each kind of record has declared fields, which have types and are what rules ask for, and may have fields of your own too. A name "
             "that is one slip away from a declared one is kept under the name that stands there, and usually was not meant to be. This is a "
             "warning: if the name is meant, leave it."),
        # Signals, sets and trials.
        Code("set_in_set", "a set inside of a set",
             "A set of `product.yaml` names events, each by its name or as a selector such as `\"Report Shared\" where plan = team`. Sets do not "
             "name other sets, so that one line shows all that a set picks."),
        Code("event_never_seen", "a declared event that never came",
             "The event stands in `product.yaml`, and the project's data holds none of that name, so every signal that asks for it is silent. "
             "Either the name is spelt differently in the product, or nobody sends it yet. This is a warning."),
        Code("trial_too_short", "a trial that no signal can fire in",
             "Every signal of kind `usage` or `intent` needs more time from an account's beginning than the trial lasts, for it asks for a longer "
             "habit, or for a change against an earlier window. So whoever tries the product is never noticed before the trial is over. This "
             "is a warning: shorten a window, or add a signal for the first days."),
        Code("mixed_funnel", "a funnel that mixes motions",
             "Whoever buys by card and whoever buys from a seller go different ways, at another pace, and to another share. A funnel of self-serve "
             "with a stage that only a seller brings about, such as an opportunity, counts all who bought by themselves as lost there, so that its "
             "rate says nothing about either. This is a warning: each motion has a funnel of its own, and they are shown side by side."),
        # The boundary.
        Code("nobody_receives", "a signal that nobody receives",
             "The boundary names the signals that permit a touch. One that it does not name, and that no other signal, score or tier asks for, "
             "turns on and off without any consequence. A warning: it may be there to be looked at."),
        Code("permit_on_usage", "a person of ours may call because the product is used",
             "That people use the product is no reason to call them: whoever calls every busy team teaches users to hide. Let a human touch "
             "rest on what the product cannot give by itself, such as single sign-on, a limit, or a raised hand; where use does show that, as "
             "several teams do, say `evidence: enterprise_need`. A warning."),
        Code("no_procurement_watch", "nobody watches for procurement",
             "The boundary keeps sales away from users; the other mistake is to leave alone whoever wants to buy. A signal that is marked "
             "`procurement: true` is watched: an account whose signal fired and whom nobody accepted within its `sla` is listed as neglected. A "
             "warning, where no signal is marked."),
        # Tests of signals.
        Code("bad_fact", "a line of a test that tells no fact",
             "The lines of `given` are facts, one a line, as `tandem facts` prints them: `2026-03-01 Signed Up by ann @acme plan=free` is an event, "
             "`2026-03-01 account acme employees=200` a record. Lines that begin with `--` are comments. A text of several lines begins with `given: |`."),
        Code("bad_expectation", "an expectation that cannot be read",
             "A test expects a signal to be on in stretches: `on from 2026-03-09 until 2026-03-15, from 2026-04-02`. A stretch begins with its first "
             "instant and ends before its second; without `until` it lasts. A signal that must not turn on is `never on`. Instants are those of the "
             "company's time zone."),
        Code("unclear_subject", "a test that does not say of whom",
             "What a test expects is about one person, workspace or account. Where its facts tell of several, `expect` names each that matters: "
             "`expect: {acme: on from 2026-03-09, globex: never on}`."),
        Code("test_failed", "a signal is on at other times than its test expects",
             "The facts of the test were told to the signal as it stands, through the same identity, sets, tiers and scores as real ones. It turned on or off "
             "at other instants than expected. Both are shown, with the first instant at which they differ and what the condition saw then; one of the "
             "two, condition or test, says what was not meant."),
        # Expressions: conditions and measures.
        Code("bad_expression", "something is missing or stands too much",
             "An expression is made of measures and fields that are compared, joined by `and`, `or` and `not`: "
             "`people(any, 7d) >= 10 and plan in (free, team)`. From this word on it does not fit together."),
        Code("other_language", "a sign or word of another language",
             "Equal is `=` and different `!=`; conditions are joined by `and`, `or` and `not`, in small letters; texts stand in double quotes; "
             "a list stands in parentheses; what has no value `is unknown`. There is one spelling for each thing, so that two people who mean "
             "the same write the same."),
        Code("missing_parenthesis", "a parenthesis without its partner",
             "What a function is given stands between `(` and `)`, and so does a list. Each that opens must close."),
        Code("needs_quotes", "a name or text of several words without quotes",
             "A single word may stand alone, as in `plan = free`. A text with spaces, hyphens or points needs double quotes, and so does every "
             "name of an event: `count(\"Signed Up\", 7d)`, `stage = \"Closed Won\"`."),
        Code("chained_comparison", "two comparisons in one test",
             "A test compares two values. A value between two others is asked by two tests: `x > 1 and x < 3`."),
        Code("not_a_condition", "a value where a condition was expected",
             "A condition is true, false or unknown. A measure or a field is a value: it becomes a condition when it is compared with "
             "something. After `or`, too, the whole test is written again, or the values stand in a list."),
        Code("not_a_value", "a condition where a value was expected",
             "What is compared, added or divided has a value: a measure, a field, a number. A condition has none."),
        Code("too_nested", "an expression too large to read",
             "An expression holds at most 40 levels of parentheses and 100 sums and products. A part of it can be a signal or a score of its "
             "own, with a name that says what it means."),
        Code("unknown_function", "a function that does not exist",
             "Measures over events are `count`, `people`, `days`, `workspaces`, `sum`, `min`, `max`, `first`, `last` and `distinct`; then there "
             "are `since`, `until`, `previous`, `score`, `any`, `all`, `highest`, `held`, `sequence` and `signal`."),
        Code("wrong_arguments", "a function is given too little, too much or something else",
             "`count`, `people`, `days` and `workspaces` take a selection of events and a window; `sum`, `min`, `max`, `first`, `last` and "
             "`distinct` a property of it too: `sum(\"Paid\".amount, 30d)`. A selection is `any`, one event in quotes, or one named set, each with "
             "tests on its properties behind `where`."),
        Code("misplaced_window", "a window outside of its measure",
             "The window is part of the measure: `people(any, 7d)` are the people active in the last seven days. `since` has none, for it looks "
             "back until it finds an event, and records have none, for their versions in force now are counted."),
        Code("no_window", "an earlier value of something without a window",
             "`previous(m)` is the measure m as it was one window earlier, so m needs a window: `previous(people(any, 7d))` are the people of "
             "the week before."),
        Code("bad_duration", "a length of time that cannot be read",
             "A duration is a whole number and a unit, without a space: `30m`, `24h`, `7d`, `4w`. They are exact lengths, so there are no months "
             "or years: write `30d`, `90d` or `365d`."),
        Code("bad_number", "a number that cannot be read",
             "Numbers are written with digits and a point, without separators, letters or exponents: `50000`, `3.5`, `20%`. They are exact to "
             "six decimals."),
        Code("bad_date", "a date in another form",
             "A date is written year-month-day, `2026-03-01`, which everybody reads alike and which sorts."),
        Code("mixed_units", "two units that do not mix",
             "A number, a share, a duration, an amount of money, a date, a text and a flag are different things, and comparing or adding two of "
             "them is a mistake: `since(\"Signed Up\") > 7` says neither days nor hours. A quotient of two measures is a share or a number, as "
             "it is compared."),
        Code("no_order", "texts and flags have no order",
             "`<` and `>` compare numbers, shares, durations, money and dates. A text is equal or different, or stands in a list."),
        Code("unknown_field", "a field that no record has",
             "A field is `plan` or another field of the subject's own record, or names its record: `account.employees`, `workspace.trial_end`. "
             "Records may carry fields of your own; those are always written with their record."),
        Code("missing_roll_up", "several workspaces, and no word how to take them together",
             "An account has many workspaces, so a workspace's field asked of an account says which counts: `any(workspace.plan)` is true if one "
             "of them fits, `all(workspace.plan)` if every one does, `highest(workspace.plan)` is the highest. `any` and `all` are compared directly, one in "
             "each test, for they ask one workspace after the other."),
        Code("wrong_subject", "a question that makes no sense about this subject",
             "A condition is about one person, one workspace or one account at a time. A person is always one person, so `people(...)` says "
             "nothing about it; `about: account` with the same condition often is what was meant."),
        Code("signal_cycle", "signals, scores or tiers that ask each other in a circle",
             "A signal may ask others by `signal(name)`, but not, by whatever detour, itself: nobody could say when it is on. The same holds for "
             "scores, and for the tiers that decide `account.icp_tier`."),
        Code("always_the_same", "a comparison that is always true, or never",
             "Counts are never below zero, and two literals compare alike for ever. Such a test decides nothing; usually a sign is turned round or "
             "a measure is missing."),
    )
}  # fmt: skip
