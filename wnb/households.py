"""Which children live in one household: the one place that says what a household is.

An agency's own id for a household says it today. Addresses and declared brothers and sisters can be added here, and
nothing else need change: a household is a number for each child, equal within it.
"""

import numpy as np
from numpy.typing import NDArray


def households(
    child: NDArray[np.int32], told: NDArray[np.int64], children: int, largest: int
) -> tuple[NDArray[np.int32], int]:
    """Who lives together: a number for each child, equal within a household, and how many households were too large.

    Row by row, `child` is said to be of the household `told` (a number for each id and agency that gives it), in any
    order. Children whom an id names together are one household, and
    so are the households of two agencies that share a child. What would hold more than `largest` children is none: an
    institution or a placeholder, not a home; each of its children is then alone in it.

    Returns:
        int32 by child, the smallest child's number of each household; the number of ids and of joined households that
        were set aside.
    """
    pairs = np.unique(np.stack([told, child.astype(np.int64)]), axis=1) if len(child) else np.empty((2, 0), np.int64)
    ids, which, many = np.unique(pairs[0], return_inverse=True, return_counts=True)
    small = many[which] <= largest
    which, whose = which[small], pairs[1][small]
    home = np.arange(children)
    while len(whose):
        lowest = np.full(len(ids), children)
        np.minimum.at(lowest, which, home[whose])
        before = home.copy()
        np.minimum.at(home, whose, lowest[which])
        home = home[home]
        if np.array_equal(before, home):
            break
    size = np.bincount(home, minlength=children)
    alone = size[home] > largest
    set_aside = int((many > largest).sum()) + int((size > largest).sum())
    return np.where(alone, np.arange(children), home).astype(np.int32), set_aside
