"""The exact forms in which an agency writes dates and times, as its YAML declares them, before any file is read.

A column may have several, where an agency writes instants beside local times. Which one a text is in must follow from
the text alone: two forms that one text could fit, and mean two moments by, are refused.
"""

import calendar
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import combinations, product

DIRECTIVES = "YmdHMSfzbBjIp"
DIGITS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2, "I": 2, "j": 3}
ZONES = ("Z", "+##:##", "+####")
MONTH, ZONE = "b", "z"
IN_A_NAME = {
    "Y": r"\d{4}", "m": r"\d{2}", "d": r"\d{2}", "H": r"\d{2}", "M": r"\d{2}", "S": r"\d{2}",
    "b": r"[A-Za-z]{3}", "B": r"[A-Za-z]{3,9}", "j": r"\d{3}", "I": r"\d{2}", "p": r"[AaPp][Mm]", "f": r"\d{6}",
    "z": r"(?:Z|[+-]\d{4})",
}  # fmt: skip

Sign = tuple[str, str]
"""What stands at one place of a text: the character (`#` any digit), and the part of a date that it tells, if any."""


def fault_of(form: str) -> str:
    """What is wrong with a form, in words; empty where nothing is."""
    asked = re.findall(r"%(.)", form)
    if "y" in asked:
        return "%y is a year of two digits, and 2008 would be told from 1908 by a guess; ask for %Y"
    if unknown := [f"%{d}" for d in asked if d not in DIRECTIVES + "%"]:
        return f"{unknown[0]} is not a part of a date that wnb reads; use %Y %m %d %H %M %S %z %b %B"
    if not {"Y", "d"} <= set(asked) or not {"m", "b", "B"} & set(asked):
        return "a date form names year, month and day"
    return ""


def extract_date_in(name: str, form: str) -> date | None:
    """The date that a file's name says in the declared form; None when it says none, or two that differ."""
    pattern = "".join(
        IN_A_NAME.get(part[1], re.escape(part[1])) if part.startswith("%") else re.escape(part)
        for part in re.findall(r"%.|[^%]", form)
    )
    found = set()
    for text in re.findall(rf"(?<!\d)(?:{pattern})(?!\d)", name):
        try:
            found.add(datetime.strptime(text, form).date())
        except ValueError:
            continue
    return found.pop() if len(found) == 1 else None


def of_two_meanings(forms: Sequence[str]) -> tuple[str, str] | None:
    """The first two forms that one text could fit and say two different things by; None where there are none."""
    for one, other in combinations(forms, 2):
        if any(_clash(here, there) for here in _shapes(one) for there in _shapes(other)):
            return one, other
    return None


def _shapes(form: str) -> list[list[Sign]]:
    """Every shape that a text of this form may have, place by place."""
    has_time = bool(re.search(r"%[HI]", form))
    parts = re.findall(r"%.|[^%]", form)
    choices = [list(_of_part(part, has_time and at == len(parts) - 1)) for at, part in enumerate(parts)]
    return [[sign for part in chosen for sign in part] for chosen in product(*choices)]


def _of_part(part: str, last_of_a_time: bool) -> Iterable[list[Sign]]:
    if part in ("%b", "%B"):
        for name in (calendar.month_abbr if part == "%b" else calendar.month_name)[1:]:
            yield [(letter, MONTH) for letter in name]
    elif part == "%f":
        yield from ([("#", "f")] * width for width in range(1, 7))
    elif part == "%z":
        for zone in ZONES:
            yield from ([(mark.replace("+", sign), ZONE) for mark in zone] for sign in ("+-" if "+" in zone else "Z"))
    elif part == "%p":
        yield from ([(first, "p"), (second, "p")] for first in "AaPp" for second in "Mm")
    elif part[0] == "%" and part != "%%":
        yield [("#", part[1])] * DIGITS[part[1]]
    else:
        yield [(part[-1], ZONE if part == "Z" and last_of_a_time else "")]


def _clash(here: list[Sign], there: list[Sign]) -> bool:
    """Whether one text can have both shapes, and some place of it tells another part of a date in each."""
    if len(here) != len(there):
        return False
    pairs = list(zip(here, there, strict=True))
    both = all(a == b or (a == "#" and b.isdigit()) or (b == "#" and a.isdigit()) for (a, _), (b, _) in pairs)
    return both and any(one != other for (_, one), (_, other) in pairs)
