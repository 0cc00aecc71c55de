"""Colours can be read, and told apart by everybody."""

from __future__ import annotations

from itertools import combinations

import pytest

from tandem.charts.palette import THEMES, Theme, contrast, mixed, turns_at

both = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
# Of linear light. Source: Machado, Oliveira and Fernandes 2009, IEEE TVCG 15, 1291-1298, severity 1.0.
SEEN_BY = {
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "all": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
}


@both
def test_words_are_read_on_the_page(theme: Theme):
    assert contrast(theme.ink, theme.page) >= 7
    assert contrast(theme.quiet, theme.page) >= 4.5


@both
def test_lines_and_bars_stand_out_from_the_page(theme: Theme):
    for look in ("first", "second", "third", "fourth", "average"):
        assert contrast(theme.looks[look], theme.page) >= 3, look


@both
def test_numbers_are_read_on_every_shade_of_a_heat_map(theme: Theme):
    turn = turns_at(theme)
    for hundredth in range(101):
        part = hundredth / 100
        shade = mixed(*theme.shades, part)
        assert contrast(theme.on_shades[part >= turn], shade) >= 4.5, part
        # A cell that is not over is a third as strong.
        assert contrast(theme.ink, mixed(theme.page, shade, 0.3)) >= 4.5, part


@both
@pytest.mark.parametrize("eyes", SEEN_BY)
def test_series_are_told_apart_by_all_eyes(theme: Theme, eyes: str):
    for one, other in combinations(("first", "second", "third", "fourth"), 2):
        assert _distance(_seen(theme.looks[one], eyes), _seen(theme.looks[other], eyes)) >= 15, (one, other)


@both
def test_open_dropped_and_converted_differ_in_lightness_or_outline(theme: Theme):
    assert contrast(theme.looks["first"], theme.looks["open"]) >= 3
    assert contrast(theme.looks["first"], theme.looks["dropped"]) >= 3
    assert contrast(theme.quiet, theme.page) >= 3  # The outline of what dropped.


def test_the_distance_of_colours_is_zero_of_one_and_large_of_opposites():
    white, black = _seen("#ffffff", "all"), _seen("#000000", "all")
    assert _distance(white, white) == 0
    assert _distance(white, black) == pytest.approx(100, abs=0.1)
    green, red = "#00a000", "#c04000"
    assert _distance(_seen(green, "no green"), _seen(red, "no green")) < _distance(_seen(green, "all"), _seen(red, "all")) / 2


def _seen(colour: str, eyes: str) -> tuple[float, ...]:
    """In linear light, as such eyes see it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    light = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return tuple(min(1.0, max(0.0, sum(a * b for a, b in zip(row, light)))) for row in SEEN_BY[eyes])


def _distance(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """In CIELAB of 1976; 2 is just seen side by side."""
    return sum((a - b) ** 2 for a, b in zip(_lab(one), _lab(other))) ** 0.5


def _lab(light: tuple[float, ...]) -> tuple[float, float, float]:
    red, green, blue = light
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (each ** (1 / 3) if each > 0.008856 else 7.787 * each + 16 / 116 for each in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)
