"""Names, dates of birth and postcodes made comparable, and how alike two of them are, in words a person can check.

What an agency delivered stays as it is; these forms are for comparing alone. What stands for "unknown" (a placeholder,
a part of a postcode) has no comparable form at all: it is like nothing, and so can link nothing. Dates come here as
they were taken in: placeholders and parts of dates were left out there.
"""

import re
import unicodedata
from datetime import date
from enum import StrEnum
from functools import lru_cache

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015,/]+")
_NOBODY = frozenset(
    {
        "unknown", "unk", "notknown", "nk", "none", "null", "anonymous", "anon", "baby", "babyof", "babyboy",
        "babygirl", "infant", "newborn", "child", "boy", "girl", "male", "female", "twin", "twini", "twinii", "test",
        "testpatient", "patient", "unnamed", "noname", "tbc", "tba", "surname", "forename", "xx", "xxx", "zz", "zzz"
    }
)  # fmt: skip
_NAMED_AFTER = frozenset(
    {
        ("baby", "of"), ("baby", "boy"), ("baby", "girl"), ("baby", "twin"), ("b", "o"), ("child", "of"), ("son", "of"),
        ("daughter", "of"), ("infant", "of"), ("infant", "boy"), ("infant", "girl"), ("male", "infant"),
        ("female", "infant"), ("twin", "one"), ("twin", "two"), ("twin", "i"), ("twin", "ii"), ("twin", "a"),
        ("twin", "b"), ("twin", "of"),
    }
)  # fmt: skip
"""How names begin that are of a mother ("Baby of Sarah"): every twin of hers has the same one."""
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")
_NOWHERE = ("ZZ99", "XX")  # ZZ99: the NHS's own codes for no fixed abode, abroad and not known
SHORTEST_SLIP = 4  # letters: among shorter names one letter makes another name


class Likeness(StrEnum):
    """How alike two values are; a value that is not known is like no other, and unlike none."""

    SAME = "same"
    PART = (
        "part"  # one name holds the parts of the other: double-barrelled, a middle name, another order; of dates: the
    )
    # year, where the other is its first of January, which stands for a birthday that was guessed
    SLIP = "slip"  # one letter or figure apart, or two neighbours the wrong way round
    SWAPPED = "swapped"  # day and month the wrong way round
    DIFFERENT = "different"
    UNKNOWN = "unknown"

    @property
    def agrees(self) -> bool:
        """Whether one person may well have both."""
        return self not in (Likeness.DIFFERENT, Likeness.UNKNOWN)


@lru_cache(maxsize=200_000)
def name(given: str | None) -> str:
    """A name as it is compared: parts in small plain letters, apart by one space; empty where nobody is named.

    Marks, apostrophes and what nobody sees are left out; a hyphen or comma is a space. Names in other scripts
    keep their letters. Initials alone name nobody.

    >>> name("  O\u2019Rourke\u2013Wo\u0301jcik ")
    'orourke wojcik'
    """
    if not given:
        return ""
    if given.isascii():
        parts = ["".join(c for c in part if c.isalpha()) for part in _BETWEEN.split(given.lower())]
    else:
        text = unicodedata.normalize("NFKD", given).casefold().translate(_LETTERS)
        parts = ["".join(c for c in part if c.isalpha()) for part in _BETWEEN.split(text)]
    kept = [part for part in parts if part]
    initials = all(len(part) == 1 and part.isascii() for part in kept)
    nobody = initials or "".join(kept) in _NOBODY or tuple(kept[:2]) in _NAMED_AFTER
    return "" if nobody else " ".join(kept)


def postcode(given: str | None) -> str:
    """A postcode as it is compared, without its space; empty for a part of one, and for those that are nobody's home.

    >>> postcode("e8 1dy")
    'E81DY'
    """
    bare = "".join(c for c in unicodedata.normalize("NFKC", given or "").upper() if c.isalnum())
    return bare if _POSTCODE.fullmatch(bare) and not bare.startswith(_NOWHERE) else ""


@lru_cache(maxsize=200_000)
def names_alike(one: str, other: str) -> Likeness:
    """How alike two names are, each as `name` gives it."""
    if not one or not other:
        return Likeness.UNKNOWN
    if one == other or one.replace(" ", "") == other.replace(" ", ""):
        return Likeness.SAME
    mine, theirs = set(one.split()), set(other.split())
    if mine <= theirs or theirs <= mine:
        return Likeness.PART
    if min(len(one), len(other)) >= SHORTEST_SLIP and one_slip(one, other):
        return Likeness.SLIP
    return Likeness.DIFFERENT


def dates_alike(one: date | None, other: date | None) -> Likeness:
    """How alike two dates of birth are."""
    if one is None or other is None:
        return Likeness.UNKNOWN
    if one == other:
        return Likeness.SAME
    if one.year == other.year and (one.month, one.day) == (other.day, other.month):
        return Likeness.SWAPPED
    if one_slip(*(str(day.year * 10_000 + day.month * 100 + day.day) for day in (one, other))):
        return Likeness.SLIP
    days = {(one.month, one.day), (other.month, other.day)}
    return Likeness.PART if len(days) == 1 or (1, 1) in days else Likeness.DIFFERENT


def postcodes_alike(one: str, other: str) -> Likeness:
    """How alike two postcodes are, each as `postcode` gives it."""
    if not one or not other:
        return Likeness.UNKNOWN
    return Likeness.SAME if one == other else Likeness.SLIP if one_slip(one, other) else Likeness.DIFFERENT


def one_slip(one: str, other: str) -> bool:
    """Whether one slip of the hand makes one text of the other: a character more, less or other, or two neighbours
    exchanged.
    """
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    at = next((i for i, (mine, theirs) in enumerate(zip(one, other, strict=False)) if mine != theirs), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    if one[at + 1 :] == other[at + 1 :]:
        return True
    return one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]


Person = tuple[str, str, date | None]
"""Given name, family name and date of birth, as they are compared."""


def two_people(one: Person, other: Person) -> bool:
    """Whether two accounts under one number are of two people.

    Another date of birth, and names that do not make up for it: with a slip in the date, or a date that was guessed,
    one name that agrees is enough (the given one, where both have one: brothers and sisters share the other); with a
    wholly other date the given name must be the same and the family name agree, for brothers and sisters are often
    called alike. Where no name is known, a wholly other date is another person.
    """
    if one[2] is None or other[2] is None or one[2] == other[2]:
        return False
    if one[0] and one[1] and one[:2] == (other[1], other[0]):  # given and family name the other way round
        return False
    given, family = names_alike(one[0], other[0]), names_alike(one[1], other[1])
    if given is Likeness.SAME and family.agrees:
        return False  # whatever the dates: nobody calls two children of one family the same
    if dates_alike(one[2], other[2]) is Likeness.DIFFERENT:
        return True
    return given is Likeness.DIFFERENT or (given is Likeness.UNKNOWN and family is Likeness.DIFFERENT)


def surely_two_people(one: Person, other: Person) -> bool:
    """Whether two accounts are of two people whatever a third says: by a wholly other date of birth."""
    return two_people(one, other) and dates_alike(one[2], other[2]) is Likeness.DIFFERENT
