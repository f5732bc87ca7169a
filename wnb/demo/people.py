"""Invented children: who they are, with whom they live, and the numbers by which each agency knows them."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from wnb.demo.names import ETHNICITY, GROUPS, LANGUAGE, LEADS, WEIGHTS

FIRST_BASE, LAST_BASE = 999_000_000, 999_999_999
"""The nine digits before the check digit of the NHS numbers that are never issued to anybody."""
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
AREAS = ("E81", "E82", "E83", "E84", "E88", "E89", "N96", "EC9Y")
INWARD = "ABDEFGHJLNPQRSTUWXYZ"
LIKELY_TO_MISS = np.array([0.055, 0.17, 0.40])
HOUSEHOLDS_OF_EACH = np.array([0.83, 0.14, 0.03])
"""How likely an appointment is to be missed by three kinds of household, and how many there are of each: 9 % in all."""


def nhs_numbers(count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` different NHS numbers (int64), never issued to anybody, in random order, each with its check digit.

    The first of a longer request are those of a shorter one. Numbers of ten equal digits are left out.

    Raises:
        ValueError: when the range does not hold so many.
    """
    bases = np.arange(FIRST_BASE, LAST_BASE + 1, dtype=np.int64)
    weighed = sum((bases // 10 ** (8 - place) % 10) * (10 - place) for place in range(9))
    check = (11 - weighed % 11) % 11
    valid = (check < 10) & (bases != LAST_BASE)
    numbers = (bases * 10 + check)[valid]
    if count > len(numbers):
        raise ValueError(
            f"at most {len(numbers)} children: the range of NHS numbers that are never issued holds no more"
        )
    return rng.permutation(numbers)[:count]


def upns(serials: np.ndarray, years: np.ndarray) -> np.ndarray:
    """Unique Pupil Numbers (text) of invented schools: a check letter and twelve digits.

    The letter is the sum of digit times place, places 2 to 13, modulo 23 (Unique Pupil Number 2.0, DfE).
    """
    digits = 204_9_000_00_000 + (serials // 1000 % 1000) * 100_000 + (years % 100) * 1000 + serials % 1000
    total = sum((digits // 10 ** (11 - place) % 10) * (place + 2) for place in range(12))
    letters = np.array(list(UPN_LETTERS))[total % 23]
    return np.array(
        [f"{letter}{number:012d}" for letter, number in zip(letters, digits.tolist(), strict=True)], dtype=object
    )


def postcodes(count: int, rng: np.random.Generator) -> np.ndarray:
    """Postcodes (text) that look like the place's and are nobody's."""
    letters = np.array(list(INWARD))
    area = np.array(AREAS)[rng.integers(0, len(AREAS), count)]
    parts = [
        rng.integers(0, 10, count).astype(str),
        letters[rng.integers(0, 20, count)],
        letters[rng.integers(0, 20, count)],
    ]
    found = area.astype(object) + " "
    for part in parts:
        found = found + part.astype(object)
    return np.asarray(found, dtype=object)


@dataclass(frozen=True)
class Place:
    """Everybody in an invented partnership. `children` has one row a child, in the order of their numbers.

    Columns: nhs_number int64, given_name, family_name, date_of_birth datetime64[s], postcode, upn, household int,
    practice (text), number_known_at_school (bool), misses (how likely one appointment is to be missed), ethnicity (an
    NHS code, empty where nobody asked), language, deprivation (decile, 1 the most), lead_professional (mostly empty).
    """

    children: pd.DataFrame


def invent(count: int, last_night: date, rng: np.random.Generator) -> Place:
    """`count` children under 18 on `last_night` (one in a hundred is just an adult), in households of one to four."""
    numbers = nhs_numbers(count, rng)
    household = np.repeat(np.arange(count), rng.choice([1, 2, 3, 4], size=count, p=[0.35, 0.38, 0.19, 0.08]))[:count]
    group = rng.choice(len(GROUPS), size=count, p=np.array(WEIGHTS) / sum(WEIGHTS))[household]
    family = rng.random(count)[household]
    kind = rng.choice(3, size=count, p=HOUSEHOLDS_OF_EACH)[household]
    other = rng.random(count) < 0.12  # a given name from another side of the family
    group_of_given = np.where(other, rng.integers(0, len(GROUPS), count), group)
    given = rng.random(count)
    ages = rng.integers(10, int(18.18 * 365.25), count)
    born = (np.datetime64(last_night) - ages.astype("timedelta64[D]")).astype("datetime64[s]")
    children = pd.DataFrame(
        {
            "nhs_number": numbers,
            "given_name": _pick(given, group_of_given, 0),
            "family_name": _pick(family, group, 1),
            "date_of_birth": born,
            "postcode": postcodes(count, rng)[household],
            "upn": upns(np.arange(count) * 7 + 13, born.astype("datetime64[Y]").astype(int) + 1970 + 4),
            "household": household,
            "practice": np.array([f"F84{n:03d}" for n in range(900, 918)], dtype=object)[
                rng.integers(0, 18, count)[household]
            ],
            "number_known_at_school": rng.random(count) > 0.22,
            "misses": LIKELY_TO_MISS[kind],
        }
    )
    return Place(children.assign(**_recorded(group, household, kind)))


def _recorded(group: np.ndarray, household: np.ndarray, kind: np.ndarray) -> dict[str, np.ndarray]:
    """What a clinic writes down of a family, by child; from a seed of its own, so that nothing else depends on it."""
    rng = np.random.default_rng(len(group))
    asked = rng.random(len(group))[household] < 0.86
    speaks = rng.random(len(group))[household]
    home = np.array([language for language, _ in LANGUAGE], dtype=object)[group]
    at_home = speaks < np.array([share for _, share in LANGUAGE])[group]
    decile = np.ceil(10 * rng.random(len(group))[household] ** (1 + 0.9 * kind)).clip(1, 10).astype(int)
    led = rng.random(len(group)) < 0.1
    leads = np.array(LEADS, dtype=object)[rng.integers(0, len(LEADS), len(group))[household]]
    return {
        "ethnicity": np.where(asked, np.array(ETHNICITY, dtype=object)[group], "Z"),
        "language": np.where(at_home, home, "English"),
        "deprivation": decile.astype(str).astype(object),
        "lead_professional": np.where(led, leads, ""),
    }


def _pick(chance: np.ndarray, group: np.ndarray, part: int) -> np.ndarray:
    """From each row's group of names (0 given, 1 family) the one that `chance`, 0 to 1, points at."""
    found = np.empty(len(group), dtype=object)
    for number, names in enumerate(GROUPS):
        here = group == number
        found[here] = np.array(names[part], dtype=object)[(chance[here] * len(names[part])).astype(int)]
    return found
