"""What a pattern reads of each appointment, and the passes that most patterns are made of.

Plain Python over NumPy arrays: `wnb.compiled` compiles these lines as they stand, so nothing here imports Numba. Each
pass goes once over the history, whatever the length of the window: a record that thousands of children were joined into
by a fault at an agency must not stop a night.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Days32 = NDArray[np.int32]
Marks = NDArray[np.uint8]
Numbers = NDArray[np.int64]

COUNTED: Final = 1
"""It counts under the rule: its outcome is named in `counting`, and the day's statuses satisfy `only_if`."""
NOT_BROUGHT: Final = 2
"""It counts, and the child was not brought."""
BREAKS: Final = 4
"""It ends a run: the child was seen or brought. What counts wins over what breaks; `only_if` has no say in it."""
SEEN: Final = 8
"""The child was seen."""
OFFERED: Final = 16
"""It was offered: seen, unseen, not brought, and whatever `counting` names."""
TOLD_TONIGHT: Final = 32
"""On an appointment of another child of the household: it counts, and is known as it is since tonight."""
NEWS: Final = 64
"""Set by a pattern on the child's own: that it held there rests on what another child's record was told tonight."""


class Kin(NamedTuple):
    """The other children of the household who have enough counted ever: child k's rows are `starts[k]:starts[k + 1]`.

    Only of patterns that ask for them (`Rule.others`), in the scope that is judged, and in date order; else nobody.
    """

    starts: Days32
    day: Days32
    marks: Marks


NO_DAY: Final = -(2**31)
EVER: Final = 1_000_000
"""A window in days that is longer than any history."""


def windows(day: Days32, marks: Marks, within: int, ending: int, since: Days32) -> None:
    """Fill `since[i]` with where the window of appointment i begins.

    The window holds the `within` days that end with the day of i, both counted, and nothing up to the last one that
    carries a bit of `ending` (0: nothing ends it). Where i itself ends it, the window is empty: `since[i]` is i + 1.
    """
    begin = 0
    for i in range(len(day)):
        while day[begin] <= day[i] - within:
            begin += 1
        if marks[i] & ending:
            begin = i + 1
        since[i] = begin


def amounts(day: Days32, marks: Marks, bit: int, since: Days32, by_day: int, out: Days32) -> None:
    """Fill `out[i]` with how many appointments (`by_day`: how many days) of the window [since[i], i] carry the bit.

    `since` comes from `windows`: days leave a window whole, or all at once.
    """
    held = 0
    newest = oldest = NO_DAY  # the last day that entered the window, and the last that left it
    gone = 0
    for i in range(len(day)):
        if marks[i] & bit and (not by_day or day[i] != newest):
            held += 1
            newest = day[i]
        if since[i] > i:
            held = 0
            newest = oldest = NO_DAY
            gone = i + 1
        while gone < since[i]:
            if marks[gone] & bit and (not by_day or day[gone] != oldest):
                held -= 1
                oldest = day[gone]
            gone += 1
        out[i] = held


def enough(
    day: Days32, marks: Marks, numbers: Numbers, least: int, within: int, ending: int,
    count: Days32, since: Days32, first: Days32, last: Days32,
) -> None:  # fmt: skip
    """Fill the four answers of a pattern that holds, on its day, at an appointment that counts with enough before it.

    Enough: of the window that `windows` draws, `least` are counted and `of_which_not_brought` of them are not brought,
    by the rule's unit (`numbers` begins with both settings).
    """
    by_day, of_which = numbers[0], numbers[1]
    windows(day, marks, within, ending, since)
    amounts(day, marks, COUNTED, since, by_day, count)
    amounts(day, marks, NOT_BROUGHT, since, by_day, first)  # lent until the days are known
    for i in range(len(day)):
        if not marks[i] & COUNTED or count[i] < least or first[i] < of_which:
            count[i] = 0
        first[i] = last[i] = day[i]


def amounts_on(
    on: Days32, day: Days32, marks: Marks, bit: int, within: int, by_day: int, out: Days32
) -> None:  # fmt: skip
    """Fill `out[i]` with how many appointments (`by_day`: days) carry the bit in the `within` days ending with `on[i]`.

    `day` and `marks` are another child's; of its appointments on the day `on[i]` itself all are within.
    """
    held = begin = end = 0
    newest = oldest = NO_DAY
    for i in range(len(on)):
        while end < len(day) and day[end] <= on[i]:
            if marks[end] & bit and (not by_day or day[end] != newest):
                held += 1
                newest = day[end]
            end += 1
        while begin < end and day[begin] <= on[i] - within:
            if marks[begin] & bit and (not by_day or day[begin] != oldest):
                held -= 1
                oldest = day[begin]
            begin += 1
        out[i] = held
