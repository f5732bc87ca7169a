"""The what-if as one page: a file that needs nothing else, neither a network nor a script, and prints well.

Pictures are SVG with their numbers in a table beside them; places in a picture are reckoned here, in percent or pixels,
so that the templates only write them down.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from wnb.publish import words
from wnb.terms import Desk

WIDE, TALL, LEFT = 1000.0, 120.0, 44.0  # of a picture of weeks or nights, in its own units
SIDES: Final = ("in_force", "draft")
CHANGES: Final[Mapping[str, str]] = {
    "same": "as it is", "changed": "changed", "added": "new in the draft", "dropped": "not in the draft",
}  # fmt: skip
LISTS: Final[Mapping[str, str]] = {Desk.PARTNERSHIP: "the partnership", Desk.OWN_AGENCY: "agencies' own lists"}


@dataclass(frozen=True)
class Bar:
    """One week: where its bar stands and how high it is. `whole`: all seven nights were looked at."""

    x: float
    y: float
    width: float
    height: float
    whole: bool


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its place, and what it says."""

    at: float
    says: str


def report(document: Mapping[str, Any], said: Sequence[str]) -> bytes:
    """`report.html` of a what-if's document; `said`: what is to be known first, in sentences. UTF-8."""
    first, last = date.fromisoformat(document["from"]), date.fromisoformat(document["to"])
    nightly = document["nightly"]
    highest = max([*nightly["in_force"], *nightly["draft"], 1])
    return (
        _environment()
        .get_template("whatif.html")
        .render(
            told=document,
            said=said,
            first=first,
            last=last,
            night=date.fromisoformat(document["night"]),
            drawn=[_weeks(one, document["capacity"]["reviews_a_week"]) for one in document["lists"]],
            lines={side: line(nightly[side], highest) for side in SIDES},
            highest=highest,
            months=months(first, last),
            mondays=[date.fromisoformat(week["monday"]) for week in document["lists"][0]["weeks"]],
        )
        .encode("utf-8")
    )


def _weeks(one: Mapping[str, Any], reviews_a_week: int) -> dict[str, Any]:
    """One list's weeks as bars on one scale for both sides; the partnership's with what it can do in a week."""
    capacity = reviews_a_week if one["list"] == "partnership" else None
    most = max([week[side] for week in one["weeks"] for side in SIDES] + [capacity or 0, 1])
    return {
        "list": one,
        "most": most,
        "bars": {side: bars(one["weeks"], side, most) for side in SIDES},
        "capacity": capacity,
        "capacity_y": None if capacity is None else TALL - TALL * capacity / most,
    }


def bars(weeks: Sequence[Mapping[str, Any]], side: str, most: int) -> list[Bar]:
    """A bar for each week, as high as its number is beside `most`."""
    each = (WIDE - LEFT) / max(len(weeks), 1)
    return [
        Bar(
            x=round(LEFT + k * each + each * 0.1, 2),
            y=round(TALL - TALL * week[side] / most, 2),
            width=round(each * 0.8, 2),
            height=round(TALL * week[side] / most, 2),
            whole=week["whole"],
        )
        for k, week in enumerate(weeks)
    ]


def line(numbers: Sequence[int], highest: int) -> str:
    """The points of a line through a number a night, each step drawn square: nothing lies between two nights."""
    each = (WIDE - LEFT) / max(len(numbers), 1)
    points = []
    for k, number in enumerate(numbers):
        y = round(TALL - TALL * number / highest, 2)
        points += [f"{LEFT + k * each:.2f},{y}", f"{LEFT + (k + 1) * each:.2f},{y}"]
    return " ".join(points)


def months(first: date, last: date) -> list[Tick]:
    """The first of each month within the nights, every third where there are many."""
    nights = (last - first).days + 1
    found: list[Tick] = []
    for number in range(first.year * 12 + first.month, last.year * 12 + last.month):
        begins = date(number // 12, number % 12 + 1, 1)
        if nights <= 400 or begins.month % 3 == 1:
            year = f" {begins.year}" if begins.month == 1 or not found else ""
            at = LEFT + (WIDE - LEFT) * (begins - first).days / nights
            found.append(Tick(round(at, 2), words.MONTHS[begins.month - 1][:3] + year))
    return found


def share(number: float | None, most: float) -> float:
    """Percent of the widest bar; nothing where the number is not told."""
    return round(100 * number / most, 1) if number and most else 0.0


def widest(rows: Sequence[Mapping[str, Any]], *columns: str) -> float:
    """The largest number of these columns."""
    return max([row[column] or 0 for row in rows for column in columns], default=0)


def number(value: float | None) -> str:
    """A number as a person reads it; what is not told for being small says so."""
    return "under 5" if value is None else f"{value:,g}" if isinstance(value, float) else f"{value:,}"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("wnb.publish"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    shown: dict[str, Any] = {
        "words": words,
        "share": share,
        "widest": widest,
        "number": number,
        "WIDE": WIDE,
        "TALL": TALL,
        "LEFT": LEFT,
        "SIDES": {"in_force": "In force", "draft": "Draft"},
        "CHANGES": CHANGES,
        "LISTS": LISTS,
        "STEPS": {step.value: said for step, said in words.STEP_WORDS.items()},
    }
    made.globals.update(shown)
    return made
