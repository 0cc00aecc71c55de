"""Lengths of files and functions, longest first: for us to look at; it fails nothing."""

from __future__ import annotations

import ast
from pathlib import Path

LONGEST = 12


def main() -> None:
    files = sorted(Path("src").rglob("*.py"))
    lengths = sorted(((len(path.read_text().splitlines()), str(path)) for path in files), reverse=True)
    functions = sorted(
        (
            (node.end_lineno - node.lineno + 1, f"{path}:{node.lineno} {node.name}")
            for path in files
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None
        ),
        reverse=True,
    )
    print(f"{len(files)} files, {sum(length for length, _ in lengths)} lines")
    for title, rows in (("files", lengths), ("functions", functions)):
        print(f"\nlongest {title}")
        for length, name in rows[:LONGEST]:
            print(f"{length:6}  {name}")


if __name__ == "__main__":
    main()
