"""The two loops under detection: what each child has that could count, then one rule over the children who have enough.

Plain Python that `wnb.compiled` compiles as it stands. A pattern comes in as a function (`Rule.judge`); these loops
know nothing of what it means: they mark each appointment, put together one child's appointments or those of one scope,
call it, and keep what the night wants of its answers. Longer than most: what one loop calls is compiled with it.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wnb.histories import NEVER_ADULT
from wnb.patterns.marks import COUNTED, NEWS, NO_DAY, NOT_BROUGHT, OFFERED, SEEN, TOLD_TONIGHT, Kin
from wnb.terms import Meaning

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]

CLASSES: Final = (Meaning.NOT_BROUGHT, Meaning.FAMILY_CANCELLED, Meaning.UNSEEN)
"""What may count: a child's totals of the three lie in one number, CLASS_BITS bits each."""
CLASS_BITS: Final = 21
TOO_LONG: Final = 1 << CLASS_BITS
"""A history of so many appointments might overflow its totals: it is never passed over."""
PLENTY: Final = 2**63 - 1


class Column(IntEnum):
    """What a sweep says of each finding, one row a child and scope: int32, days since 1970-01-01 and numbers."""

    CHILD = 0
    SCOPE = 1
    CHOSEN = 2
    FIRST = 3
    LAST = 4
    COUNT = 5
    LATE = 6
    OFFERED = 7
    NOT_BROUGHT = 8
    LAST_SEEN = 9
    EVIDENCE = 10


COLUMNS: Final = len(Column)


def tally(
    starts: I64, day: I32, outcome: U8, statuses: U16, known: I32, weight: I64, night: int, low: int, high: int,
    totals: I64, ever: U16, newest: I32,
) -> int:  # fmt: skip
    """Fill what the rules pass children over by, for those from `low` to `high`; give the longest history of them.

    `totals`: how many of each class (`weight` gives each outcome's share). `ever`: every status so far; where it is
    empty no rule asks for statuses and none are read. `newest`: the last day on which anything of the child's can have
    been met, as far as its own rows say: that of its last appointment, or the night where one was told tonight.
    """
    longest = 1
    for child in range(low, high):
        begin, end = starts[child], starts[child + 1]
        longest = max(longest, end - begin)
        while end > begin and day[end - 1] > night:
            end -= 1
        total = 0
        told = False
        for i in range(begin, end):
            total += weight[outcome[i]]
            told |= known[i] == night
        totals[child] = PLENTY if end - begin >= TOO_LONG else total
        newest[child] = night if told else day[end - 1] if end > begin else NO_DAY
        if len(ever):
            bits = 0
            for i in range(begin, end):
                bits |= statuses[i]
            ever[child] = bits
    return longest


def satisfied(statuses: int, masks: U16) -> bool:
    """Whether one of the masks lies whole in the statuses; without masks, always."""
    for mask in masks:
        if statuses & mask == mask:
            return True
    return len(masks) == 0


def might_count(total: int, classes: int) -> int:
    """How many appointments of the named classes (a bit each) a child has."""
    found = 0
    for k in range(3):
        if classes >> k & 1:
            found += total >> k * CLASS_BITS & TOO_LONG - 1
    return found


def units_of(day: I32, marks: U8, bit: int, begin: int, end: int, by_day: int) -> int:
    """How many appointments (`by_day`: days) from `begin` to `end`, the last one counted, carry the bit."""
    found = 0
    newest = NO_DAY
    for i in range(begin, end + 1):
        if marks[i] & bit and (not by_day or day[i] != newest):
            found += 1
            newest = day[i]
    return found


def last_day(day: I32, marks: U8, bit: int, end: int) -> int:
    """The day of the last appointment up to `end`, it included, that carries the bit; NO_DAY if none does."""
    for i in range(end, -1, -1):
        if marks[i] & bit:
            return int(day[i])
    return NO_DAY


def mark_all(
    table: U8,
    masks: U16,
    outcome: U8,
    statuses: U16,
    scopes: int,
    scope: I32,
    begin: int,
    end: int,
    marks: U8,
    counted_in: I32,
    touched: I32,
) -> int:
    """Mark the appointments from `begin` to `end` of one child; how many scopes have any that counts.

    Fills `marks` from 0, `touched` with those scopes, and adds to `counted_in`, which comes all zero.
    """
    many = 0
    for i in range(begin, end):
        mark = table[outcome[i]]
        if mark & COUNTED:
            if satisfied(statuses[i], masks):
                s = scope[i] if scopes else 0
                if counted_in[s] == 0:
                    touched[many] = s
                    many += 1
                counted_in[s] += 1
            else:
                mark &= 255 - COUNTED - NOT_BROUGHT
        marks[i - begin] = mark
    return many


def tonight(
    marks: U8, known: I32, count: I32, since: I32, first: I32, last: I32, size: int, recall_from: int, night: int
) -> tuple[int, bool, int, int]:
    """What a night keeps of a pattern's answers: (appointment, late or not, first and last day on which it was met).

    A finding stands where the rule held within the days recalled, and else on the first night that knows all of the
    evidence. Of the appointments concerned, the last that reached the largest count is the one; -1: no finding.
    """
    recalled = late = told_tonight = -1
    first_met, last_met = NEVER_ADULT, NO_DAY
    for i in range(size):
        if marks[i] & COUNTED and known[i] == night:
            told_tonight = i
        if count[i] == 0:
            continue
        first_met = min(first_met, first[i])
        last_met = max(last_met, last[i])
        if last[i] >= recall_from:
            if recalled < 0 or count[i] >= count[recalled]:
                recalled = i
        elif (told_tonight >= since[i] or marks[i] & NEWS) and (late < 0 or count[i] >= count[late]):
            late = i
    return (recalled, False, first_met, last_met) if recalled >= 0 else (late, True, first_met, last_met)


def gather_kin(
    table: U8, masks: U16, classes: int, fewest: int, night: int, scopes: int, scope: I32, wanted: int, child: int,
    home: I32, home_starts: I64, members: I32, totals: I64,
    starts: I64, day: I32, outcome: U8, statuses: U16, known: I32,
) -> Kin:  # fmt: skip
    """The other children of the child's household who have `fewest` counted, in the scope `wanted`."""
    first, end_of_home = home_starts[home[child]], home_starts[home[child] + 1]
    room = 0
    for other in members[first:end_of_home]:
        room += starts[other + 1] - starts[other]
    kin_starts = np.zeros(end_of_home - first + 1, np.int32)
    days = np.empty(room, np.int32)
    marks = np.empty(room, np.uint8)
    kin = size = 0
    for other in members[first:end_of_home]:
        if other == child or might_count(totals[other], classes) < fewest:
            continue
        counted = 0
        for i in range(starts[other], starts[other + 1]):
            if day[i] <= night and (scopes == 0 or scope[i] == wanted):
                mark = table[outcome[i]]
                if mark & COUNTED:
                    if satisfied(statuses[i], masks):
                        counted += 1
                        if known[i] == night:
                            mark |= TOLD_TONIGHT
                    else:
                        mark &= 255 - COUNTED - NOT_BROUGHT
                days[size], marks[size] = day[i], mark
                size += 1
        if counted >= fewest:
            kin += 1
            kin_starts[kin] = size
        size = kin_starts[kin]
    return Kin(kin_starts[: kin + 1], days[:size], marks[:size])


def sweep(
    judge: Callable[..., None],
    table: U8,
    masks: U16,
    classes: int,
    numbers: I64,
    fewest: int,
    others: int,
    lasting: int,
    recall_from: int,
    night: int,
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
    """One rule over the children from `low` to `high`: the findings (a row of `Column` each) and their evidence.

    `table` are the rule's marks by outcome, `masks` its only_if, `classes` what counts as bits of CLASSES, `scopes` how
    many scopes there are by themselves (0: anywhere) and `scope` each appointment's. `others` is how many children of
    the household it asks for beside the child: household `h` is `members[home_starts[h]:home_starts[h + 1]]`, and
    `home` each child's, -1 where it is alone. `lasting` is 1 of a rule that is met on days without any appointment.
    Evidence is positions in the columns of the histories, one finding after the other; `Column.EVIDENCE` says how many
    are a finding's own.
    """
    all_marks = np.empty(longest, np.uint8)
    where = np.empty(longest, np.int64)
    days = np.empty(longest, np.int32)
    marks = np.empty(longest, np.uint8)
    places = np.empty(longest, np.int32)
    knowns = np.empty(longest, np.int32)
    count = np.empty(longest, np.int32)
    since = np.empty(longest, np.int32)
    first = np.empty(longest, np.int32)
    last = np.empty(longest, np.int32)
    counted_in = np.zeros(max(scopes, 1), np.int32)
    touched = np.empty(max(scopes, 1), np.int32)
    found = np.empty((64, COLUMNS), np.int32)
    evidence = np.empty(256, np.int64)
    findings = proofs = 0
    nobody = Kin(np.zeros(1, np.int32), np.empty(0, np.int32), np.empty(0, np.uint8))

    for child in range(low, high):
        if might_count(totals[child], classes) < fewest or (len(masks) and not satisfied(ever[child], masks)):
            continue
        if others:
            if len(home) == 0 or home[child] < 0:
                continue
            met_by = NO_DAY
            for other in members[home_starts[home[child]] : home_starts[home[child] + 1]]:
                if other == child or newest[other] == night:
                    met_by = max(met_by, newest[other])
        else:
            met_by = newest[child]
        if met_by < recall_from and not lasting:
            continue
        begin, end = starts[child], starts[child + 1]
        while end > begin and day[end - 1] > night:
            end -= 1
        many = mark_all(table, masks, outcome, statuses, scopes, scope, begin, end, all_marks, counted_in, touched)
        touched[:many].sort()
        until = min(night, adult_from[child] - 1)
        chosen = -1
        for t in range(many):
            s = touched[t]
            enough = counted_in[s] >= fewest
            counted_in[s] = 0
            if not enough:
                continue
            size = 0
            for i in range(begin, end):
                if scopes == 0 or scope[i] == s:
                    where[size], days[size], places[size], knowns[size] = i, day[i], place[i], known[i]
                    marks[size] = all_marks[i - begin]
                    size += 1
            kin = nobody
            if others:
                kin = gather_kin(
                    table, masks, classes, fewest, night, scopes, scope, s, child,
                    home, home_starts, members, totals, starts, day, outcome, statuses, known,
                )  # fmt: skip
                if len(kin.starts) - 1 < others:
                    continue
            count[:size] = 0
            judge(
                days[:size], marks[:size], places[:size], until, numbers, kin,
                count[:size], since[:size], first[:size], last[:size],
            )  # fmt: skip
            best, is_late, first_met, last_met = tonight(
                marks, knowns, count, since, first, last, size, recall_from, night
            )
            if best < 0:
                continue
            if findings == len(found):
                found = np.concatenate((found, np.empty_like(found)))
            while proofs + best >= len(evidence):
                evidence = np.concatenate((evidence, np.empty_like(evidence)))
            own = 0
            for i in range(since[best], best + 1):
                if marks[i] & COUNTED:
                    evidence[proofs + own] = where[i]
                    own += 1
            proofs += own
            row = found[findings]
            row[Column.CHILD] = child
            row[Column.SCOPE] = s
            row[Column.CHOSEN] = 0
            row[Column.FIRST] = first_met
            row[Column.LAST] = last_met
            row[Column.COUNT] = count[best]
            row[Column.LATE] = is_late
            row[Column.OFFERED] = units_of(days, marks, OFFERED, since[best], best, numbers[0])
            row[Column.NOT_BROUGHT] = units_of(days, marks, NOT_BROUGHT, since[best], best, numbers[0])
            row[Column.LAST_SEEN] = last_day(days, marks, SEEN, best)
            row[Column.EVIDENCE] = own
            if chosen < 0 or row[Column.COUNT] > found[chosen, Column.COUNT]:
                chosen = findings
            findings += 1
        if chosen >= 0:
            found[chosen, Column.CHOSEN] = 1
    return found[:findings].copy(), evidence[:proofs].copy()
