"""Which children live together, by what agencies say."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wnb.households import households

EYES_1, EYES_2, SURGERY_1, SURGERY_2 = range(4)


def of(told: list[tuple[int, int]], children: int = 5, largest: int = 12) -> tuple[list[int], int]:
    """`told`: (child, household as an agency numbers it)."""
    child, ids = np.array(told, np.int64).reshape(-1, 2).T
    home, set_aside = households(child.astype(np.int32), ids, children, largest)
    return home.tolist(), set_aside


def test_children_of_one_id_live_together_and_the_others_alone() -> None:
    assert of([(1, EYES_1), (3, EYES_1), (4, EYES_2)]) == ([0, 1, 2, 1, 4], 0)


def test_households_of_two_agencies_are_joined_through_the_child_they_share() -> None:
    assert of([(0, EYES_1), (1, EYES_1), (1, SURGERY_1), (2, SURGERY_1), (3, SURGERY_2)]) == ([0, 0, 0, 3, 4], 0)


def test_an_id_of_more_children_than_a_household_has_joins_nobody() -> None:
    """A refuge of four; two of its children are brother and sister at the surgery as well."""
    refuge = [(child, EYES_1) for child in range(4)]
    assert of([*refuge, (1, SURGERY_1), (2, SURGERY_1)], largest=3) == ([0, 1, 1, 3, 4], 1)


def test_a_household_that_grew_too_large_by_joining_is_none() -> None:
    told = [(0, EYES_1), (1, EYES_1), (1, SURGERY_1), (2, SURGERY_1), (2, EYES_2), (3, EYES_2)]
    assert of(told, largest=4) == ([0, 0, 0, 0, 4], 0)
    assert of(told, largest=3) == ([0, 1, 2, 3, 4], 1)


def test_an_id_said_twice_of_one_child_is_one_child() -> None:
    assert of([(0, EYES_1), (0, EYES_1), (1, EYES_1)], largest=2) == ([0, 0, 2, 3, 4], 0)


def test_nobody_is_told_of() -> None:
    assert of([]) == ([0, 1, 2, 3, 4], 0)


def joined_one_after_another(told: list[tuple[int, int]], children: int, largest: int) -> list[int]:
    """The same, a pair at a time."""
    homes = [{child} for child in range(children)]
    for household in {h for _, h in told}:
        inside = {c for c, h in told if h == household}
        if len(inside) <= largest:
            homes = [home for home in homes if not home & inside] + [
                set().union(inside, *(home for home in homes if home & inside))
            ]
    homes = [home for home in homes if len(home) <= largest]
    of_child = {child: min(home) for home in homes for child in home}
    return [of_child.get(child, child) for child in range(children)]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9))), st.integers(2, 6), st.randoms())
def test_chains_of_any_length_in_any_order(told: list[tuple[int, int]], largest: int, chance: object) -> None:
    expected = joined_one_after_another(told, 10, largest)
    assert of(told, 10, largest)[0] == expected
    chance.shuffle(told)  # type: ignore[attr-defined]
    assert of(told, 10, largest)[0] == expected
