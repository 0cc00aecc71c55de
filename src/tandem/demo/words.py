"""Names for companies and people. None is meant to be anybody's; addresses end in `.example`, which is reserved for that."""

from __future__ import annotations

from typing import TypeVar

from numpy.random import Generator

T = TypeVar("T")

HEADS = (
    "Nor", "Tes", "Bal", "Cor", "Dar", "Fen", "Gal", "Hol", "Iver", "Jun", "Kel", "Lor", "Mar", "Ost", "Pel", "Quin", "Rav", "Sol",
    "Tor", "Ul", "Ver", "Wil", "Yar", "Zen",
)  # fmt: skip
TAILS = (
    "vane", "sel", "mont", "tec", "wick", "ley", "dale", "gate", "bridge", "field", "mark", "nova", "port", "ridge", "stone", "works",
)  # fmt: skip
FIRST_NAMES = (
    "Ada", "Amir", "Ana", "Ben", "Carla", "Chen", "Dara", "Diego", "Elif", "Emil", "Eva", "Farah", "Finn", "Grace", "Hana", "Igor",
    "Ines", "Ivan", "Jana", "Joel", "Kofi", "Lara", "Leo", "Lina", "Luca", "Maja", "Malik", "Mara", "Milo", "Nadia", "Nils", "Noor",
    "Omar", "Pia", "Priya", "Rosa", "Sam", "Sara", "Tara", "Theo", "Tim", "Uma", "Vera", "Wanda", "Yuki", "Zoe",
)  # fmt: skip
LAST_NAMES = (
    "Adler", "Amani", "Bauer", "Berg", "Blanc", "Costa", "Dahl", "Diaz", "Egger", "Falk", "Ferri", "Fox", "Gruber", "Haas", "Hale",
    "Ito", "Jansen", "Kaya", "Keller", "Khan", "Lang", "Lima", "Lund", "Maier", "Marsh", "Moreau", "Nagy", "Novak", "Okafor", "Olsen",
    "Park", "Patel", "Quist", "Reyes", "Rossi", "Sand", "Sato", "Silva", "Stern", "Tanaka", "Toth", "Vega", "Voss", "Weber", "Wolf",
)  # fmt: skip
INDUSTRIES = ("Software", "Logistics", "Health care", "Retail", "Manufacturing", "Financial services")
TITLES = ("Engineer", "Operations lead", "Support engineer", "Team lead", "Analyst", "Head of platform", "IT administrator")

# Country, and the hours that its clocks are ahead of UTC: near enough for the hours of work.
COUNTRIES = (("US", -5), ("DE", 1), ("GB", 0), ("FR", 1), ("NL", 1), ("IN", 5), ("BR", -3))


def pick(rng: Generator, choices: tuple[T, ...]) -> T:
    """One of the choices, all as likely."""
    return choices[int(rng.integers(len(choices)))]
