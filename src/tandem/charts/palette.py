"""The colours of light and dark pages, told apart by those who see no red, no green or no blue, and by how light they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tandem.charts.chart import Look

ThemeName = Literal["light", "dark"]
# Liberation Sans comes with the renderer; Arial and Helvetica have the same widths.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"


@dataclass(frozen=True)
class Theme:
    """Colours as #rrggbb. ink: what is read; quiet: what is read second; line: axes and grids. shades: from nothing to most of a heat map.

    on_shades: what is read nearer to nothing, and nearer to most.
    """

    name: ThemeName
    page: str
    ink: str
    quiet: str
    line: str
    looks: Mapping[Look, str]
    shades: tuple[str, str]
    on_shades: tuple[str, str]


LIGHT = Theme(
    name="light",
    page="#ffffff",
    ink="#1b1f24",
    quiet="#57606a",
    line="#d8dee4",
    looks={
        "first": "#005a9c",
        "second": "#c75a00",
        "third": "#009e73",
        "fourth": "#4a4a4a",
        "open": "#cfe3f3",
        "dropped": "#e6e8eb",
        "average": "#1b1f24",
    },
    shades=("#f0f6fb", "#07487f"),
    on_shades=("#000000", "#ffffff"),
)
DARK = Theme(
    name="dark",
    page="#14181d",
    ink="#eceff2",
    quiet="#a9b3bd",
    line="#343c45",
    looks={
        "first": "#3f8fe0",
        "second": "#ffb05c",
        "third": "#66e0b8",
        "fourth": "#8a8a8a",
        "open": "#1f3d54",
        "dropped": "#2b323a",
        "average": "#eceff2",
    },
    shades=("#1a232c", "#8fd0ff"),
    on_shades=("#ffffff", "#000000"),
)
THEMES: Mapping[ThemeName, Theme] = {"light": LIGHT, "dark": DARK}


def contrast(one: str, other: str) -> float:
    """From 1 to 21. Source: WCAG 2.2, contrast ratio and relative luminance.

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mixed(one: str, other: str, part: float) -> str:
    """The colour that is so far on the way from one to another."""
    ends = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in ends)


def turns_at(theme: Theme) -> float:
    """From which part of the shades on the second of `on_shades` is read better, in hundredths."""
    for hundredth in range(101):
        shade = mixed(*theme.shades, hundredth / 100)
        if contrast(theme.on_shades[1], shade) > contrast(theme.on_shades[0], shade):
            return hundredth / 100
    return 1.0


def _luminance(colour: str) -> float:
    parts = [each / 255 for each in _channels(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
