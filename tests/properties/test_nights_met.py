"""Every night of a range in one pass is what each night alone would have found."""

from dataclasses import replace
from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.test_patterns import START, Told, adults, built, histories, households, on, rules
from wnb.detect import detect
from wnb.histories import FROM_THE_FIRST
from wnb.nights_met import Met, nights_met
from wnb.patterns import Rule


def on_each_night(met: Met, first: int, last: int) -> dict[int, set[tuple[int, int, int]]]:
    """Night -> (rule, child, scope) of every stretch that holds it; stretches of one may not touch."""
    found: dict[int, set[tuple[int, int, int]]] = {night: set() for night in range(first, last + 1)}
    for rule, child, scope, since, until in zip(
        *(array.tolist() for array in (met.rule, met.child, met.scope, met.since, met.until)), strict=True
    ):
        assert since <= until <= last
        assert until >= first
        for night in range(max(since, first), until + 1):
            assert (rule, child, scope) not in found[night]
            found[night].add((rule, child, scope))
        assert (rule, child, scope) not in found.get(since - 1, set())
    return found


@settings(max_examples=60, deadline=None)
@given(histories(), st.lists(rules(), min_size=1, max_size=2), st.integers(START - 2, START + 60), st.integers(0, 50),
       adults, households, st.booleans())  # fmt: skip
def test_every_night_at_once_is_each_night_alone(
    told: list[Told],
    asked: list[Rule],
    first: int,
    nights: int,
    adult_from: list[int],
    household: list[int],
    compiled: bool,
) -> None:
    asked = [rule.model_copy(update={"in_force_from": date(2020, 1, 1)}) for rule in asked]
    h = built([replace(row, known=FROM_THE_FIRST) for row in told], adult_from, household)
    last = first + nights
    met = nights_met(h, asked, on(first), on(last), compiled=compiled)
    at_once = on_each_night(met, first, last)
    for night in range(first, last + 1, 1 if compiled else 9):
        alone = detect(h, asked, on(night), compiled=compiled)
        told_alone = set(zip(alone.rule.tolist(), alone.child.tolist(), alone.scope.tolist(), strict=True))
        assert at_once[night] == told_alone


@settings(max_examples=60, deadline=None)
@given(histories(), rules(), adults, households)
def test_a_stretch_begins_with_an_appointment_of_its_child_on_a_day_before_it(
    told: list[Told], rule: Rule, adult_from: list[int], household: list[int]
) -> None:
    h = built(told, adult_from, household)
    met = nights_met(h, [rule], on(START), on(START + 200))
    assert np.all(met.place >= h.starts[met.child])
    assert np.all(met.place < h.starts[met.child + 1])
    assert np.all(h.day[met.place] <= met.since)
