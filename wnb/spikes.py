"""A clinic whose misses jump against its own weekdays: most likely a fault of the service, and no reason to wait long.

A hospital that never posts its letters would otherwise flag ten thousand families in a night. What comes of a spike is
decided in `escalate`: new findings that rest on it alone are held for two working days at most. Pure, over arrays.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

I32 = NDArray[np.int32]

WEEK: Final = 7
WEEKDAYS_BEFORE: Final = 8
"""The same weekdays before a day, as far as anything was offered on them, that say what is usual."""
WEEKDAYS_NEEDED: Final = 4
LOOKS_BACK: Final = WEEK * 2 * WEEKDAYS_BEFORE
"""Days before the first asked that are read: a clinic that met less often has no usual."""
TWICE: Final = 2
"""The share missed must be this many times the usual one: a busy day alone is no spike."""


@dataclass(frozen=True)
class Spike:
    """One day on which one agency, or one service of it, has far more misses than on its weekdays before."""

    clinic: int  # as numbered by the caller
    day: int  # days since 1970-01-01
    missed: int
    usual: float  # the median of those weekdays


def spikes(
    clinic: I32, day: I32, offered: NDArray[np.bool_], missed: NDArray[np.bool_], since: int, night: int,
    at_least: int, times_usual: float,
) -> tuple[Spike, ...]:  # fmt: skip
    """Every spike from the day `since` to the night, in the order of clinic and day.

    One entry an appointment: its clinic (-1: none), its day, whether it was offered, and whether it was missed (then it
    was offered too). A day spikes when it has `at_least` misses, `times_usual` times one more than is usual, and twice
    the usual share. A clinic without enough weekdays before it has no usual, and so no spike: nothing is held on a
    guess.
    """
    asked = (clinic >= 0) & (day <= night) & (day >= since - LOOKS_BACK) & offered
    key = (clinic[asked].astype(np.int64) << 32) | day[asked].astype(np.int64)
    keys, place = np.unique(key, return_inverse=True)
    whose, days = keys >> 32, keys & 0xFFFFFFFF
    offers = np.bincount(place, minlength=len(keys))
    misses = np.bincount(place, weights=missed[asked], minlength=len(keys)).astype(np.int64)
    found = []
    for k in np.flatnonzero((days >= since) & (misses >= at_least)).tolist():
        first = int(np.searchsorted(whose, whose[k]))
        before = first + np.flatnonzero((days[k] - days[first:k]) % WEEK == 0)[-WEEKDAYS_BEFORE:]
        if len(before) < WEEKDAYS_NEEDED:
            continue
        usual = float(np.median(misses[before]))
        share = misses[before].sum() / offers[before].sum()
        if misses[k] >= times_usual * (1 + usual) and misses[k] / offers[k] >= TWICE * share:
            found.append(Spike(int(whose[k]), int(days[k]), int(misses[k]), usual))
    return tuple(found)


def on_spikes(clinic: I32, day: I32, missed: NDArray[np.bool_], spiking: Collection[Spike]) -> NDArray[np.bool_]:
    """bool, one entry an appointment: whether it is one of the misses of a spike."""
    days = {spike.clinic: [s.day for s in spiking if s.clinic == spike.clinic] for spike in spiking}
    found = np.zeros(len(clinic), bool)
    for number, spiked in days.items():
        found |= missed & (clinic == number) & np.isin(day, spiked)
    return found


def rests_at(clinics: I32, days: NDArray[np.int32], spiking: Collection[Spike]) -> int:
    """The clinic at which all of some evidence lies, where a part of it is on a day that spikes there; else -1."""
    at = set(clinics.tolist())
    if len(at) != 1:
        return -1
    clinic = at.pop()
    spiked = {spike.day for spike in spiking if spike.clinic == clinic}
    return clinic if not spiked.isdisjoint(days.tolist()) else -1
