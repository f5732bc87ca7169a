"""Numbers of people: NHS numbers, CHI and H&C numbers beside them, and pupils' UPNs, each with its own check.

An NHS number is ten digits of text whose last one checks the other nine, and not a stand-in for "unknown".
The check is Modulus 11 of the NHS Data Dictionary: weights 10 to 2 over the first nine digits; 11 less the remainder
is the tenth, 11 written as 0, and 10 never issued. Ten equal digits pass it (55 x d is a multiple of 11), and so do a
few others that people type when they do not know: linked by one of these, every unknown child would become one child.
"""

from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import int64, types, uint8

from wnb.machine import compiled

NHS_DIGITS = 10
VERIFIED, MISSING, LENGTH, CHECK_DIGIT, PLACEHOLDER, SCIENTIFIC, OTHER = range(7)
"""What `numbers` says of each text. OTHER: something other than plain digits; ask `number_in`, which takes its time."""

_Bytes = types.Array(uint8, 1, "C", readonly=True)
_Offsets = types.Array(types.int32, 1, "C", readonly=True)


@compiled(int64(int64))
def _standing(number: int) -> int:
    """VERIFIED, CHECK_DIGIT or PLACEHOLDER of a number of ten digits."""
    total = 0
    rest = number
    first = rest % 10
    same = True
    for weight in range(1, 11):
        digit = rest % 10
        same = same and digit == first
        total += digit * weight
        rest //= 10
    if same or number == 123456789 or number == 9876543210:  # runs of digits: both pass the check
        return 4
    return 0 if total % 11 == 0 else 3


@compiled((_Offsets, _Bytes, types.int64[::1], uint8[::1]))
def _numbers(offsets, data, number, standing):  # type: ignore[no-untyped-def]
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        if start == end:
            standing[row] = 1
            continue
        value = 0
        digits = 0
        plain = True
        for at in range(start, end):
            byte = data[at]
            if 48 <= byte <= 57:
                digits += 1
                if digits <= 10:
                    value = value * 10 + (byte - 48)
            elif byte != 32:
                plain = False
                break
        if not plain:
            standing[row] = 6
        elif digits == 0:
            standing[row] = 1
        elif digits != 10:
            standing[row] = 2
        else:
            found = _standing(value)
            standing[row] = found
            if found == 0:
                number[row] = value


def numbers(
    offsets: npt.NDArray[np.int32], data: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """The NHS number in each of n texts (UTF-8 `data`, cut at the n+1 `offsets`) and what it is worth.

    Returns the numbers (0 where there is none that verifies) and VERIFIED .. OTHER for each. Digits may be apart by
    spaces; whatever else stands among them is OTHER, for `number_in`.
    """
    rows = len(offsets) - 1
    number = np.zeros(rows, np.int64)
    standing = np.zeros(rows, np.uint8)
    if rows:
        _numbers(offsets, data, number, standing)
    return number, standing


def number_in(text: str) -> tuple[int, int]:
    """The NHS number in one text, in whatever dress it came, and what it is worth.

    Spaces of any kind, hyphens and invisible characters are no part of it; neither is the `.0` of a column that was
    once of numbers. A zero is never put in front, and an exponent is never multiplied out.

    >>> number_in("999-000-1006")
    (9990001006, 0)
    """
    bare = "".join(
        c for c in text if not c.isspace() and c.isprintable() and c not in "-\u2010\u2011\u2012\u2013\u2212\u00ad'"
    )
    whole, point, rest = bare.partition(".")
    if point and whole and not rest.strip("0"):
        bare = whole
    if not text.strip():
        return 0, MISSING
    if text.lstrip()[0] in "-\u2212" and _digits(bare):
        return 0, LENGTH  # a number below zero, of whatever column; a hyphen is usual between digits
    mantissa, e, exponent = bare.upper().partition("E")
    if e and _digits(mantissa.replace(".", "", 1)) and _digits(exponent.lstrip("+")):
        return 0, SCIENTIFIC
    if not any(c.isdigit() for c in bare):
        return 0, PLACEHOLDER  # UNKNOWN, N/K, a dash: a word where a number should be
    if not _digits(bare) or len(bare) != 10:
        return 0, LENGTH
    number = int(bare)
    standing = int(_standing(number))
    return (number if standing == VERIFIED else 0), standing


def looks_like_a_number(text: str) -> bool:
    """Whether ten figures stand in a text, whatever stands among them: an NHS number, or one mistyped."""
    return sum(letter.isdigit() for letter in text) == NHS_DIGITS


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def verifies(number: int) -> bool:
    """Whether ten digits, as a number, are an NHS number that may link two records."""
    return 0 <= number <= 9_999_999_999 and int(_standing(number)) == VERIFIED


class Kind(StrEnum):
    """Whose register a number of ten digits is of; also the first word of its identity key."""

    NHS = "nhs"
    CHI = "chi"  # Community Health Index, Scotland: six of its digits are the date of birth
    HC = "hc"  # Health and Care number, Northern Ireland


KIND_WORDS = {Kind.NHS: "NHS number", Kind.CHI: "CHI number (Scotland)", Kind.HC: "H&C number (Northern Ireland)"}
FIRST_HC, LAST_HC = 3_200_000_001, 3_999_999_999
FIRST_TEST = 9_990_000_000
"""Numbers from here on are never issued to anybody: for tests and invented people."""


def kinds(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """By number that verifies, the place of its `Kind`. The three check alike and are told apart by their ranges.

    A CHI number begins with a day, month and year of birth; H&C numbers begin with 32 to 39. Every other number is
    taken for an NHS number, those that nobody issues as well: a range may be opened before this program hears of it.
    """
    return np.where(_chi(numbers), 1, np.where(_hc(numbers), 2, 0)).astype(np.uint8)


def kind_of(number: int) -> Kind:
    """Whose register a number that verifies is of, as `kinds`."""
    return Kind.CHI if _chi(number) else Kind.HC if _hc(number) else Kind.NHS


def _chi(number: Any) -> Any:
    day, month = number // 100_000_000, number // 1_000_000 % 100
    return (day >= 1) & (day <= 31) & (month >= 1) & (month <= 12)


def _hc(number: Any) -> Any:
    return (number >= FIRST_HC) & (number <= LAST_HC)


def is_test(number: int) -> bool:
    """Whether a number is of the range that is kept for tests, and is nobody's."""
    return number >= FIRST_TEST


UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
UPN_LENGTH = 13


def upn_in(text: str) -> str | None:
    """The Unique Pupil Number in a text, in capitals; None where there is none whose check letter is right.

    Thirteen characters: the check letter, then authority, school, year and serial as digits; of a temporary number the
    last is a letter. The check letter is that of the sum of digit times place (2 to 13), modulo 23. No list of
    authorities is asked: the one that libraries have is of 2011, and schools have moved since.

    >>> upn_in("b801 2000 05001")
    'B801200005001'
    """
    bare = "".join(c for c in text.upper() if not c.isspace() and c.isprintable() and c not in "-\u00ad")
    if len(bare) != UPN_LENGTH or not bare.isascii() or not bare[1:-1].isdigit() or len(set(bare[1:])) == 1:
        return None
    last = int(bare[-1]) if bare[-1].isdigit() else UPN_LETTERS.find(bare[-1])
    if last < 0:
        return None
    values = [int(digit) for digit in bare[1:-1]] + [last]
    total = sum(value * place for place, value in enumerate(values, 2))
    return bare if UPN_LETTERS[total % len(UPN_LETTERS)] == bare[0] else None


def is_temporary(upn: str) -> bool:
    """Whether a UPN was given for the time being: the child may have another, and so it links nothing."""
    return not upn[-1].isdigit()
