"""What can stop a command, with its exit code. The tree is small on purpose: a door needs no more to tell the user.

Failure                      exit 1: problems in the user's files or data
├── NoProject                the folder holds no project
├── PlaybookProblems         the playbook does not read; carries the problems
├── UnknownName              a name that nothing has; carries the nearest
├── UnreadableInput          a file or folder that cannot be read or written
├── AnotherWriter            another command writes to this project
├── NewerData                the data was written by a newer version
├── DamagedData              the disk has altered what was durable
└── DiskFull                 nothing of the last batch was stored; what came before is safe
WrongUsage                   exit 2: the command line itself
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tandem.language.problem import Problem
from tandem.values.names import nearest


class Failure(Exception):
    """what: one line, the user's words in backticks. mend: what to do about it."""

    exit_code = 1
    code = "failure"

    def __init__(self, what: str, mend: str = "") -> None:
        self.what, self.mend = what, mend
        super().__init__(what)


class NoProject(Failure):
    code = "no_project"


class PlaybookProblems(Failure):
    code = "playbook_problems"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("the playbook has problems", "mend them, and see that `tandem check` finds none")


class UnknownName(Failure):
    code = "unknown_name"

    def __init__(self, noun: str, name: str, known: Iterable[str], *, near: str | None = None) -> None:
        """near: the one that was most likely meant, where it is not to be found among the names."""
        names = sorted(known)
        self.nearest = near or nearest(name, names)
        shown = ", ".join(f"`{each}`" for each in names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
        mend = (
            f"did you mean `{self.nearest}`?"
            if self.nearest
            else f"there {'is only' if len(names) == 1 else 'are'} {shown}"
            if names
            else f"there is no {noun} yet"
        )
        super().__init__(f"unknown {noun} `{name}`", mend)


class UnreadableInput(Failure):
    code = "unreadable_input"


class AnotherWriter(Failure):
    code = "another_writer"


class NewerData(Failure):
    code = "newer_data"


class DamagedData(Failure):
    code = "damaged_data"


class DiskFull(Failure):
    code = "disk_full"


class WrongUsage(Failure):
    exit_code = 2
    code = "wrong_usage"
