"""Which appointments mean nothing in a history although they stand as they were told: nothing is counted or broken.

Three reasons, in this order: a person set the appointment aside; its letter was sent too late for anybody to come; it
is one of a series of which a miss counts already. Each keeps its outcome wherever it is shown. Pure, over arrays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wnb.cases import Evidence
from wnb.terms import MEANING, Meaning, Outcome

I32 = NDArray[np.int32]
Bools = NDArray[np.bool_]

ONCE_IN: Final = 28
"""Days in which misses of one series count once (issue 4: a course of treatment is one commitment, missed once)."""
NO_LETTER: Final = -(2**31)
"""The day of a letter of which nothing is known: it excuses nothing."""


class Why(IntEnum):
    """Why an appointment is not counted; 0: it is."""

    COUNTED = 0
    BY_A_PERSON = 1
    SHORT_NOTICE = 2
    SAME_SERIES = 3


def _of(*meanings: Meaning) -> Bools:
    table = np.zeros(256, bool)
    table[[int(outcome) for outcome in Outcome if MEANING[outcome] in meanings]] = True
    return table


MISSES = _of(Meaning.NOT_BROUGHT)
BY_A_PERSON = _of(Meaning.NOT_BROUGHT, Meaning.UNSEEN, Meaning.FAMILY_CANCELLED)
"""What a person may set aside: whatever a rule may count. A sighting is a fact, and the agency's to correct."""


@dataclass(frozen=True)
class SettingAside:
    """That a person set an appointment aside, or (`again`) counts it again. `after_night`: the last night done then."""

    evidence: Evidence
    reason: str  # id of casework.yaml; empty when it counts again
    by: str
    at: datetime  # aware
    note: str = ""
    again: bool = False
    after_night: date | None = None


@dataclass(frozen=True)
class SetAside:
    """What people have set aside as a night reads it; `given_back`: what counts again since the night before."""

    reasons: Mapping[Evidence, str]
    given_back: frozenset[Evidence] = frozenset()


NOTHING: Final = SetAside({})


def set_aside_on(night: date | None, entries: Iterable[SettingAside], last: date | None = None) -> SetAside:
    """What a night reads of people's entries, given in the order in which they were made (None: all of them).

    An entry binds the nights after the last one that was done when it was made. `last` is the night before.
    """
    now: dict[Evidence, SettingAside] = {}
    for entry in entries:
        if night is None or entry.after_night is None or entry.after_night < night:
            now[entry.evidence] = entry
    back = {evidence for evidence, entry in now.items() if entry.again and last and entry.after_night == last}
    return SetAside({e: entry.reason for e, entry in now.items() if not entry.again}, frozenset(back))


def not_counted(
    *, outcome: NDArray[np.uint8], day: I32, child: I32, in_history: Bools, letter: I32, series: NDArray[np.int64],
    order: NDArray[np.int64], by_a_person: Bools, short_notice_days: int,
) -> NDArray[np.uint8]:  # fmt: skip
    """Why each held appointment is not counted, as `Why`.

    Args:
        outcome: recoded.
        day: of the appointment, days since 1970-01-01.
        child: whose it is.
        in_history: whether it is in a history at all.
        letter: the day on which its letter was sent; NO_LETTER where that is not known.
        series: the number of its series within its agency; -1 where it is in none.
        order: a number that puts appointments of one child and day in order.
        by_a_person: whether somebody set it aside.
        short_notice_days: a letter sent fewer days before excuses the miss; 0: none does.
    """
    found = np.zeros(len(day), np.uint8)
    missed = in_history & MISSES[outcome]
    found[in_history & by_a_person & BY_A_PERSON[outcome]] = Why.BY_A_PERSON
    if short_notice_days:
        notice = day.astype(np.int64) - letter
        found[missed & (found == 0) & (letter != NO_LETTER) & (notice < short_notice_days)] = Why.SHORT_NOTICE
    rows = np.flatnonzero(missed & (found == 0) & (series >= 0))
    found[rows[_again(child[rows], series[rows], day[rows], order[rows])]] = Why.SAME_SERIES
    return found


def _again(child: I32, series: NDArray[np.int64], day: I32, order: NDArray[np.int64]) -> Bools:
    """bool, by miss: whether one of the same child and series counts already, fewer than ONCE_IN days before."""
    again = np.zeros(len(day), bool)
    if not len(day):
        return again
    by_time = np.lexsort((order, day, series, child))
    child, series, day = child[by_time], series[by_time], day[by_time].astype(np.int64)
    begins = np.append(True, (child[1:] != child[:-1]) | (series[1:] != series[:-1]))
    group = np.cumsum(begins) - 1
    key = group * (1 << 32) + (day - day.min())
    ends = np.append(np.flatnonzero(begins)[1:], len(day))
    counts = np.flatnonzero(begins)  # of each series still looked at, the last miss that counts
    again[by_time] = True
    while len(counts):
        again[by_time[counts]] = False
        after = np.searchsorted(key, key[counts] + ONCE_IN)
        counts = after[after < ends[group[counts]]]
    return again
