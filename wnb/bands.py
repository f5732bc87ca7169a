"""Whether an extract is as large, and as full of what it usually holds, as this agency's others of that weekday.

A day's extract is compared with the agency's own last eight of the same weekday (at least four, else nothing is said),
whether it delivers changes or snapshots. The usual is their median; as far from it as three times their own spread (the
median of their distances from it, scaled to a standard deviation) is still usual, and so is what chance alone does to
numbers this small. Bank holidays and the day after one are compared with nothing.

Outside is a warning and an alarm, never a reason to refuse: a wrong file is refused for what it is, and a strange day
may be true. Each is a count; nobody is named.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.terms import MEANING, Meaning, Outcome
from wnb.working_days import is_working_day

COMPARED, FEWEST = 8, 4  # extracts of the same weekday: at most, at least
KEPT_DAYS = 400  # of counts behind the newest; a sender of one weekday a month has its year
SPREADS, TO_SIGMA = 3, 1.4826
CHANCE_LESS, CHANCE = 3, 4  # standard deviations of what chance does to a number that fell, and to one that rose
VOLUME_FLOOR, SHARE_FLOOR = 0.3, 0.05  # of the median; of all rows
SMALLEST = 20  # rows whose share says anything

MISSED = [int(o) for o in Outcome if MEANING[o] is Meaning.NOT_BROUGHT or o is Outcome.NOT_ATTENDED]
OFFERED = MISSED + [int(o) for o in Outcome if MEANING[o] in (Meaning.SEEN, Meaning.UNSEEN)]


@dataclass(frozen=True, order=True)
class Counted:
    """What one delivery held, in numbers."""

    extract_date: date
    receipt: int
    records: int
    missed: int = 0  # rows told as missed
    offered: int = 0  # rows told as missed or seen
    unknown: int = 0  # rows with a code nobody knows
    unverified: int = 0


@dataclass(frozen=True)
class Outside:
    """One number that is outside its band."""

    words: str
    fell: bool = False  # fewer records than is usual


def counted(extract_date: date, receipt: int, records: int, rows: pa.Table, unknown: int, unverified: int) -> Counted:
    """The numbers of a delivery. `rows`: those accepted of it."""
    told = rows["told"] if "told" in rows.column_names else pa.chunked_array([pa.array([], pa.uint8())])

    def among(outcomes: Sequence[int]) -> int:
        return int(pc.sum(pc.is_in(told, value_set=pa.array(outcomes, pa.uint8()))).as_py() or 0)

    return Counted(extract_date, receipt, records, among(MISSED), among(OFFERED), unknown, unverified)


def remembered(before: Iterable[Counted], new: Counted) -> tuple[Counted, ...]:
    """The counts to keep, in order: each delivery once, whatever the order in which they came."""
    every = [count for count in before if count.receipt != new.receipt] + [new]
    oldest = max(count.extract_date for count in every) - timedelta(days=KEPT_DAYS)
    return tuple(sorted(count for count in every if count.extract_date >= oldest))


def outside(counts: Iterable[Counted], day: date) -> tuple[Outside, ...]:
    """What of the extracts of `day`, together, is outside the bands of those of the same weekday before it."""
    if _holiday(day) or _holiday(day - timedelta(days=1)):
        return ()
    days = defaultdict[date, list[Counted]](list)
    for count in counts:
        days[count.extract_date].append(count)
    past = sorted(d for d in days if d < day and d.weekday() == day.weekday() and not _holiday(d))[-COMPARED:]
    if len(past) < FEWEST or day not in days:
        return ()
    now, then = _total(days[day]), [_total(days[d]) for d in past]
    return (*_volume(now, then, day), *_shares(now, then, day))


def _holiday(day: date) -> bool:
    return day.weekday() < 5 and not is_working_day(day)


def _total(of_one_day: list[Counted]) -> Counted:
    first = min(of_one_day)
    sums = {
        name: sum(getattr(count, name) for count in of_one_day)
        for name in ("records", "missed", "offered", "unknown", "unverified")
    }
    return Counted(first.extract_date, first.receipt, **sums)


def _volume(now: Counted, then: list[Counted], day: date) -> Iterator[Outside]:
    usual, spread = _usual([count.records for count in then])
    fell = now.records < usual
    width = max(SPREADS * spread, VOLUME_FLOOR * usual, (CHANCE_LESS if fell else CHANCE) * math.sqrt(usual + 1))
    if abs(now.records - usual) > width:
        ask = "ask the agency whether the extract is whole" if fell else "ask the agency what else is in it"
        yield Outside(f"{now.records:,} records, where {usual:,.0f} are usual on a {day:%A}: {ask}", fell)


def _shares(now: Counted, then: list[Counted], day: date) -> Iterator[Outside]:
    for part, whole, words, both_ways in (
        ("missed", "offered", "of those with an outcome were missed", True),
        ("unknown", "records", "have a code that is not known", False),
        ("unverified", "records", "could not be verified", False),
    ):
        of = getattr(now, whole)
        past = [getattr(count, part) / getattr(count, whole) for count in then if getattr(count, whole) >= SMALLEST]
        if of < SMALLEST or len(past) < FEWEST:
            continue
        usual, spread = _usual(past)
        share = getattr(now, part) / of
        likely = min(max(usual, 1 / of), 1 - 1 / of)
        fell = share < usual
        by_chance = (CHANCE_LESS if fell else CHANCE) * math.sqrt(likely * (1 - likely) / of)
        if abs(share - usual) > max(SPREADS * spread, SHARE_FLOOR, by_chance) and (both_ways or not fell):
            yield Outside(f"{share:.0%} of {of:,} rows {words}, where {usual:.0%} is usual on a {day:%A}")


def _usual(past: Sequence[float]) -> tuple[float, float]:
    """The median, and the spread about it as a standard deviation would be."""
    middle = median(past)
    return middle, TO_SIGMA * float(np.median([abs(number - middle) for number in past]))
