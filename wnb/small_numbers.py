"""Small numbers of people are not told of where they could point at somebody."""

from collections.abc import Iterable
from typing import Final

SMALL: Final = 5
"""Counts of people below this, and not nought, are not told of where they could point at somebody (NHS practice)."""


def suppressed(numbers: Iterable[int]) -> list[int | None]:
    """The numbers, the small ones None; where only one would be, the next smallest too: a total gives nobody away.

    Of fewer than SMALL people in all nothing is told, not even who there is none of.
    """
    told: list[int | None] = list(numbers)
    if 0 < sum(number or 0 for number in told) < SMALL:
        return [None] * len(told)
    small = [k for k, number in enumerate(told) if number is not None and 0 < number < SMALL]
    if len(small) == 1:
        others = [(number, k) for k, number in enumerate(told) if number and number >= SMALL]
        small += [min(others)[1]] if others else []
    for k in small:
        told[k] = None
    return told
