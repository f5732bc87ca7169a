"""A time zone's clocks: what they said at an instant, and which of their times never were or were twice."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from wnb.ingest.moments import DAY, EARLIEST, LATEST, seconds_of


@cache
def _changes(zone: ZoneInfo) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Seconds of UTC at which the zone's offset changes (first: the beginning of time), and the offset from then on."""

    def ahead_at(seconds: int) -> int:
        offset = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(zone).utcoffset()
        return int(offset.total_seconds()) if offset else 0

    at, ahead = [int(np.iinfo(np.int64).min)], [ahead_at(seconds_of(date(EARLIEST, 1, 1)))]
    for month in range(12 * EARLIEST, 12 * (LATEST + 1)):
        low = seconds_of(date(month // 12, month % 12 + 1, 1))
        high = low + 32 * DAY
        while (now := ahead_at(low)) != ahead_at(high):
            left, right = low, high
            while right - left > 1:
                middle = (left + right) // 2
                left, right = (middle, right) if ahead_at(middle) == now else (left, middle)
            if right > at[-1]:
                at.append(right)
                ahead.append(ahead_at(right))
            low = right + 3_600
    return np.array(at), np.array(ahead)


@dataclass(frozen=True)
class Clocks:
    """The changes of a time zone's clocks, so that whole columns can be told local time."""

    zone: ZoneInfo

    def local(self, utc: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """What the clock on the wall said at these seconds of UTC."""
        at, ahead = _changes(self.zone)
        result: npt.NDArray[np.int64] = utc + ahead[np.searchsorted(at, utc, side="right") - 1]
        return result

    def doubtful(self, local: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Of local seconds: which never were (the hour the clocks skipped), and which were twice."""
        at, ahead = _changes(self.zone)
        at, before, after = at[1:], ahead[:-1], ahead[1:]
        never, twice = np.zeros(len(local), np.bool_), np.zeros(len(local), np.bool_)
        if not len(local):
            return never, twice
        near = (at + 2 * DAY > local.min()) & (at - 2 * DAY < local.max())
        for moment, was, becomes in zip(at[near], before[near], after[near], strict=True):
            if becomes > was:
                never |= (local >= moment + was) & (local < moment + becomes)
            else:
                twice |= (local >= moment + becomes) & (local < moment + was)
        return never, twice
