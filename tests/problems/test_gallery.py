"""Every mistake of the gallery is told in exactly its words, and every code of the table has a mistake."""

from __future__ import annotations

import pytest
from gallery import PAGE, Case, read_cases, render

from tandem.language.codes import PROBLEMS

CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.where)
def test_a_mistake_is_told_once_and_in_these_words(case: Case):
    assert "\n\n".join(problem.told() for problem in case.problems()) == case.told


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.where)
def test_the_marked_words_are_underlined(case: Case):
    (problem,) = case.problems()
    path = problem.span.source.path.split("playbook/", 1)[-1]
    marked = next((file.place("«", "»") for file in case.files if file.path == path), None)
    assert (problem.span.start, problem.span.end) == (marked or (0, 0))
    others = [(file.path, place) for file in case.files if (place := file.place("‹", "›")) is not None]
    assert others == (
        [] if problem.other is None else [(problem.other.source.path.split("playbook/", 1)[-1], (problem.other.start, problem.other.end))]
    )


def test_every_code_has_a_mistake_in_the_gallery():
    assert {case.code for case in CASES} == set(PROBLEMS)


def test_the_page_of_problems_is_current():
    assert PAGE.read_text(encoding="utf-8") == render(CASES), "run `python tests/problems/gallery.py`"
