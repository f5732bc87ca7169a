"""The loop over many nights at once: one rule over the children who have enough, on every night of a range.

Plain Python that `wnb.compiled` compiles as it stands, like `wnb.kernels`, whose marks and totals it reads.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import Final

import numpy as np

from wnb.kernels import I32, I64, U8, U16, gather_kin, mark_all, might_count, satisfied
from wnb.patterns.marks import NO_DAY, Kin


class Stretch(IntEnum):
    """What a sweep over nights says of each stretch of nights on which a rule is met: int32, as in `Column`."""

    CHILD = 0
    SCOPE = 1
    SINCE = 2
    UNTIL = 3


STRETCHES: Final = len(Stretch)


def sweep_nights(
    judge: Callable[..., None],
    table: U8,
    masks: U16,
    classes: int,
    numbers: I64,
    fewest: int,
    others: int,
    recall_days: int,
    first_night: int,
    last_night: int,
    low: int,
    high: int,
    longest: int,
    scopes: int,
    scope: I32,
    home: I32,
    home_starts: I64,
    members: I32,
    totals: I64,
    ever: U16,
    newest: I32,
    starts: I64,
    day: I32,
    outcome: U8,
    place: I32,
    statuses: U16,
    known: I32,
    adult_from: I32,
) -> tuple[I32, I64]:
    """One rule over every night from the first to the last: the stretches of nights on which it is met, by child and
    scope (a row of `Stretch` each), and the appointment that each of them begins with.

    A rule is met on the `recall_days` nights that begin with a day on which it holds. A stretch that began before the
    first night keeps its true beginning.
    """
    all_marks = np.empty(longest, np.uint8)
    where = np.empty(longest, np.int64)
    days = np.empty(longest, np.int32)
    marks = np.empty(longest, np.uint8)
    places = np.empty(longest, np.int32)
    count = np.empty(longest, np.int32)
    since = np.empty(longest, np.int32)
    first = np.empty(longest, np.int32)
    last = np.empty(longest, np.int32)
    counted_in = np.zeros(max(scopes, 1), np.int32)
    touched = np.empty(max(scopes, 1), np.int32)
    found = np.empty((256, STRETCHES), np.int32)
    begun_by = np.empty(256, np.int64)
    stretches = 0
    nobody = Kin(np.zeros(1, np.int32), np.empty(0, np.int32), np.empty(0, np.uint8))

    for child in range(low, high):
        if might_count(totals[child], classes) < fewest or (len(masks) and not satisfied(ever[child], masks)):
            continue
        if others and (len(home) == 0 or home[child] < 0):
            continue
        begin, end = starts[child], starts[child + 1]
        while end > begin and day[end - 1] > last_night:
            end -= 1
        many = mark_all(table, masks, outcome, statuses, scopes, scope, begin, end, all_marks, counted_in, touched)
        touched[:many].sort()
        until = min(last_night, adult_from[child] - 1)
        for t in range(many):
            s = touched[t]
            enough = counted_in[s] >= fewest
            counted_in[s] = 0
            if not enough:
                continue
            size = 0
            for i in range(begin, end):
                if scopes == 0 or scope[i] == s:
                    where[size], days[size], places[size] = i, day[i], place[i]
                    marks[size] = all_marks[i - begin]
                    size += 1
            kin = nobody
            if others:
                kin = gather_kin(
                    table, masks, classes, fewest, last_night, scopes, scope, s, child,
                    home, home_starts, members, totals, starts, day, outcome, statuses, known,
                )  # fmt: skip
                if len(kin.starts) - 1 < others:
                    continue
            count[:size] = 0
            judge(
                days[:size], marks[:size], places[:size], until, numbers, kin,
                count[:size], since[:size], first[:size], last[:size],
            )  # fmt: skip
            # what holds by one appointment after another begins later and later; a last turn closes what is open
            open_since = open_until = NO_DAY
            opener = 0
            for i in range(size + 1):
                if i < size and count[i] == 0:
                    continue
                if i < size and open_until != NO_DAY and first[i] <= open_until + 1:
                    open_until = max(open_until, last[i] + recall_days - 1)
                    continue
                if open_until >= first_night:
                    if stretches == len(found):
                        found = np.concatenate((found, np.empty_like(found)))
                        begun_by = np.concatenate((begun_by, np.empty_like(begun_by)))
                    row = found[stretches]
                    row[Stretch.CHILD], row[Stretch.SCOPE] = child, s
                    row[Stretch.SINCE], row[Stretch.UNTIL] = open_since, min(open_until, last_night)
                    begun_by[stretches] = opener
                    stretches += 1
                if i < size:
                    open_since, open_until, opener = first[i], last[i] + recall_days - 1, where[i]
    return found[:stretches].copy(), begun_by[:stretches].copy()
