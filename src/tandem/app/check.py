"""`tandem check`: everything that is wrong with a playbook, at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tandem.app.playbook import read_playbook
from tandem.language.problem import Problem


@dataclass(frozen=True)
class CheckRequest:
    """folder: the playbook's, not the project's."""

    folder: Path


@dataclass(frozen=True)
class CheckReport:
    """problems: by file and place. fingerprint: the version of the rules, as far as they could be read."""

    problems: tuple[Problem, ...]
    fingerprint: str
    sources: tuple[str, ...]

    @property
    def errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        return len(self.problems) - self.errors

    def as_json(self) -> dict[str, object]:
        return {
            "problems": [problem.as_json() for problem in self.problems],
            "errors": self.errors,
            "warnings": self.warnings,
            "fingerprint": self.fingerprint,
            "sources": list(self.sources),
        }


def check(request: CheckRequest) -> CheckReport:
    playbook = read_playbook(request.folder)
    return CheckReport(playbook.problems, playbook.fingerprint, tuple(playbook.sources))
