"""Person records of a known truth, the same from one seed: who is who is written beside each record.

Families live together and share a name and a postcode; some children are twins; agencies misspell, swap, move people
late, drop marks, call children by other names, and now and then type a brother's number. Nothing is measured of real
registers here: the rates are written below, to be seen and argued with.
"""

import unicodedata
from datetime import date

import numpy as np
import pyarrow as pa

from wnb.demo.names import GROUPS, WEIGHTS

AGENCIES = ("camhs", "gp", "health-visiting", "hospital", "school", "therapies")
RECORDS_A_PERSON = 1_000_000 / 430_000
RATES = {
    "no number": 0.10, "brother's number": 0.0002, "given slip": 0.03, "given other": 0.015, "given part": 0.3,
    "family part": 0.3, "family slip": 0.02, "family other": 0.015, "names swapped": 0.005, "born slip": 0.01,
    "born swapped": 0.005, "born missing": 0.004, "postcode moved": 0.08, "postcode slip": 0.01,
    "postcode missing": 0.03, "plain letters": 0.3, "capitals": 0.3,
}  # fmt: skip
TWINS = 0.03  # of children, one of two
DOUBLE = 0.06  # of homes have a double-barrelled name, of children two given names
FIRST_BORN, LAST_BORN = date(2008, 11, 1), date(2026, 10, 31)
ENDINGS = (
    "",
    "a",
    "e",
    "i",
    "o",
    "in",
    "an",
    "el",
    "is",
    "ou",
    "am",
    "ra",
    "li",
    "ko",
    "ne",
    "sa",
    "ta",
    "mi",
    "ya",
    "ro",
)
STARTS = (
    "",
    "Al",
    "Ben",
    "Cor",
    "Da",
    "El",
    "Fa",
    "Gar",
    "Ha",
    "Is",
    "Jo",
    "Ka",
    "La",
    "Mar",
    "Ni",
    "Or",
    "Pa",
    "Ro",
    "Sa",
    "Ta",
)


def register(records: int, seed: int) -> pa.Table:
    """`records` records: person, group of names, agency, and what the agency says."""
    chance = np.random.default_rng(seed)
    people = round(records / RECORDS_A_PERSON)
    group = chance.choice(len(GROUPS), people, p=np.array(WEIGHTS) / sum(WEIGHTS))
    home = np.sort(chance.integers(0, round(people / 1.8), people))  # a household holds 1.8 children, all of one group
    group = group[np.searchsorted(home, home)]
    given_names, family_names = _names(0), _names(1)
    called = _unlike(_common(chance, people, 240), home, 240)
    given = np.array([given_names[g][z] for g, z in zip(group, called, strict=True)], object)
    middle = np.array([given_names[g][z] for g, z in zip(group, _common(chance, people, 240), strict=True)], object)
    given = np.where(chance.random(people) < DOUBLE, given + " " + middle, given)
    family_of_home = np.array(
        [family_names[g][z] for g, z in zip(group, _common(chance, people, 400), strict=True)], object
    )
    second = np.array([family_names[g][z] for g, z in zip(group, _common(chance, people, 400), strict=True)], object)
    family_of_home = np.where(chance.random(people) < DOUBLE, family_of_home + "-" + second, family_of_home)
    family = family_of_home[np.searchsorted(home, home)]
    first, last = (np.datetime64(day).astype(int) for day in (FIRST_BORN, LAST_BORN))
    born = chance.integers(first, last + 1, people)
    second = np.flatnonzero((np.append(False, home[1:] == home[:-1])) & (chance.random(people) < TWINS))
    born[second] = born[second - 1]
    postcode = _postcodes(home)
    who = np.sort(chance.integers(0, people, records))
    order = np.arange(records) - np.searchsorted(who, who)
    agency = (chance.integers(0, len(AGENCIES), people)[who] + order) % len(AGENCIES)
    hit = {name: chance.random(records) < rate for name, rate in RATES.items()}
    number = number_of(who)
    sibling = np.where(np.append(False, home[1:] == home[:-1]), np.arange(people) - 1, -1)[who]
    number = np.where(hit["brother's number"] & (sibling >= 0), number_of(sibling), number)
    told_given, told_family = given[who].copy(), family[who].copy()
    _replace(told_given, hit["given part"], lambda text: text.partition(" ")[0])
    _replace(told_family, hit["family part"], lambda text: text.partition("-")[0])
    _replace(told_given, hit["given slip"], lambda text: _slip(text, chance))
    _replace(told_family, hit["family slip"], lambda text: _slip(text, chance))
    other = np.array(
        [given_names[g][z] for g, z in zip(group[who], _common(chance, records, 240), strict=True)], object
    )
    told_given = np.where(hit["given other"], other, told_given)
    other = np.array(
        [family_names[g][z] for g, z in zip(group[who], _common(chance, records, 400), strict=True)], object
    )
    told_family = np.where(hit["family other"], other, told_family)
    swapped = hit["names swapped"]
    told_given, told_family = np.where(swapped, told_family, told_given), np.where(swapped, told_given, told_family)
    for names in (told_given, told_family):
        _replace(names, hit["plain letters"], _plain)
        _replace(names, hit["capitals"], str.upper)
    return pa.table(
        {
            "person": pa.array(who, pa.int32()),
            "group": pa.array(group[who], pa.int8()),
            "agency": pa.array(agency, pa.int8()),
            "nhs_number": pa.array(number, pa.int64(), mask=hit["no number"]),
            "child_local_id": [f"{AGENCIES[a][0]}{p}" for a, p in zip(agency, who, strict=True)],
            "row_id": [f"r{row}" for row in range(records)],
            "given_name": pa.array(told_given, pa.string()),
            "family_name": pa.array(told_family, pa.string()),
            "date_of_birth": _births(born[who], hit, chance),
            "postcode": _told_postcodes(postcode[who], hit, chance),
        }
    )


def number_of(person: np.ndarray) -> np.ndarray:
    """The NHS number of each person; linking takes numbers for verified, and these need no check digit."""
    return np.asarray(4_000_000_000 + person.astype(np.int64) * 7)


def _names(which: int) -> list[list[str]]:
    """Of each group as many names as a place has: those that are known there, and more of their sound."""
    found = []
    for group in GROUPS:
        known = list(group[which])
        more = [
            f"{start}{base[0].lower() + base[1:] if start else base}{ending}"
            for ending in ENDINGS for start in STARTS for base in known
        ]  # fmt: skip
        found.append(list(dict.fromkeys(more))[:400])
    return found


def _common(chance: np.random.Generator, size: int, names: int) -> np.ndarray:
    """Places in a list of names, the first ones most common (a tenth of the people have one of the first three)."""
    weights = 1 / (np.arange(names) + 12)
    return chance.choice(names, size, p=weights / weights.sum())


def _unlike(called: np.ndarray, home: np.ndarray, names: int) -> np.ndarray:
    """The names of the people in each home, none twice: brothers and sisters are not called the same."""
    for apart in (1, 2, 3, 1):
        same = np.append(np.zeros(apart, bool), (called[apart:] == called[:-apart]) & (home[apart:] == home[:-apart]))
        called = np.where(same, (called + 7 * apart) % names, called)
    return called


def _postcodes(home: np.ndarray) -> np.ndarray:
    letters = np.array(list("ABDEFGHJLNPQRSTUWXYZ"))
    place = home // 14  # homes that share a postcode
    return np.array(
        [
            f"Q{place_ // 4000 % 90 + 1} {place_ // 400 % 10}{letters[place_ // 20 % 20]}{letters[place_ % 20]}"
            for place_ in place.tolist()
        ],
        object,
    )


def _told_postcodes(postcode: np.ndarray, hit: dict, chance: np.random.Generator) -> pa.Array:
    moved = postcode[chance.permutation(len(postcode))]
    told = np.where(hit["postcode moved"], moved, postcode)
    _replace(told, hit["postcode slip"], lambda text: text[:-1] + "ABDEF"[chance.integers(5)])
    return pa.array(told, pa.string(), mask=hit["postcode missing"])


def _births(born: np.ndarray, hit: dict, chance: np.random.Generator) -> pa.Array:
    days = born.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    day = (days - months).astype(int)  # from 0
    month = months.astype(int) % 12
    years = days.astype("datetime64[Y]")
    swapped = (years.astype("datetime64[M]") + day % 12).astype("datetime64[D]") + month
    may = hit["born swapped"] & (day < 12)
    days = np.where(may, swapped, days)
    slip = np.where(
        chance.random(len(days)) < 0.5, days + np.where(day < 27, 1, -1), days + np.where(day >= 10, -10, 10)
    )
    days = np.where(hit["born slip"], slip, days)
    return pa.array(days.astype("datetime64[D]"), pa.date32(), mask=hit["born missing"])


def _replace(texts: np.ndarray, which: np.ndarray, change) -> None:
    for row in np.flatnonzero(which).tolist():
        texts[row] = change(texts[row])


def _slip(text: str, chance: np.random.Generator) -> str:
    at = int(chance.integers(0, max(1, len(text) - 1)))
    kind = int(chance.integers(3))
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]
    return text[:at] + "aeinorst"[int(chance.integers(8))] + text[at + 1 :]


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
