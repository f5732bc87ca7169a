"""A clinic's spike, from its own weekdays; and what rests on it alone."""

import numpy as np
import pytest

from wnb.spikes import Spike, on_spikes, rests_at, spikes

THURSDAY = 20_769  # any day: only the distance of seven counts


def weeks(*told: tuple[int, int], clinic: int = 0, last: int = THURSDAY) -> dict[str, np.ndarray]:
    """(offered, missed) of one weekday after another, a week apart, the last on `last`."""
    days, missed = [], []
    for back, (offers, misses) in enumerate(reversed(told)):
        days += [last - 7 * back] * offers
        missed += [True] * misses + [False] * (offers - misses)
    return {
        "clinic": np.full(len(days), clinic, np.int32),
        "day": np.array(days, np.int32),
        "offered": np.ones(len(days), bool),
        "missed": np.array(missed, bool),
    }


def found(told: dict[str, np.ndarray], night: int = THURSDAY + 1, at_least: int = 10, times: float = 3) -> list[Spike]:
    return list(spikes(**told, since=night - 27, night=night, at_least=at_least, times_usual=times))


USUAL = [(40, 3), (40, 2), (38, 4), (41, 3)]


def test_a_day_far_above_its_weekdays_is_a_spike() -> None:
    assert found(weeks(*USUAL, (40, 30))) == [Spike(0, THURSDAY, 30, 3.0)]


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("a usual day", [*USUAL, (40, 4)]),
        ("too few misses to tell", [(8, 0), (8, 0), (8, 0), (8, 0), (9, 9)]),
        ("three weekdays say nothing of what is usual", [*USUAL[:3], (40, 30)]),
        ("a busy day with the usual share", [*USUAL, (400, 30)]),
        ("a clinic that is missed so often every week", [(40, 25), (40, 28), (40, 26), (40, 27), (40, 30)]),
    ],
)  # fmt: skip
def test_what_is_no_spike(why: str, told: list[tuple[int, int]]) -> None:
    assert found(weeks(*told)) == []


def test_other_weekdays_say_nothing() -> None:
    assert found(weeks(*USUAL, last=THURSDAY - 1) | {}) == []
    mixed = {name: np.concatenate([a, b]) for (name, a), b in zip(
        weeks(*USUAL, last=THURSDAY - 1).items(), weeks((40, 30)).values(), strict=True)}  # fmt: skip
    assert found(mixed) == []


def test_one_wild_week_before_does_not_hide_the_next() -> None:
    assert [s.day for s in found(weeks(*USUAL, (40, 30), (40, 31)))] == [THURSDAY - 7, THURSDAY]


def test_a_spike_is_looked_for_in_the_nights_recalled_and_never_after_the_night() -> None:
    told = weeks(*USUAL, (40, 30))
    assert found(told, night=THURSDAY - 1) == []
    assert found(told, night=THURSDAY + 28) == []


def test_clinics_do_not_mix() -> None:
    one, other = weeks(*USUAL, (40, 30)), weeks(*USUAL, (40, 3), clinic=1)
    both = {name: np.concatenate([one[name], other[name]]) for name in one}
    assert [spike.clinic for spike in found(both)] == [0]


@pytest.mark.parametrize(
    ("why", "days", "clinics", "clinic"),
    [
        ("all of it on the day", [THURSDAY, THURSDAY], [3, 3], 3),
        ("a part of it on the day", [THURSDAY - 30, THURSDAY], [3, 3], 3),
        ("something of another clinic", [THURSDAY - 30, THURSDAY], [1, 3], -1),
        ("nothing of the day", [THURSDAY - 30, THURSDAY - 9], [3, 3], -1),
        ("a clinic without a spike", [THURSDAY], [1], -1),
        ("no clinic known", [THURSDAY], [-1], -1),
        ("nothing at all", [], [], -1),
    ],
)
def test_evidence_rests_at_a_clinic_that_has_all_of_it(
    why: str, days: list[int], clinics: list[int], clinic: int
) -> None:
    spiking = (Spike(3, THURSDAY, 30, 3.0),)
    assert rests_at(np.array(clinics, np.int32), np.array(days, np.int32), spiking) == clinic


def test_only_the_misses_of_a_spiking_day_are_its_own() -> None:
    clinic, day = np.array([3, 3, 3, 1], np.int32), np.array([THURSDAY, THURSDAY, THURSDAY - 7, THURSDAY], np.int32)
    missed = np.array([True, False, True, True])
    assert on_spikes(clinic, day, missed, (Spike(3, THURSDAY, 30, 3.0),)).tolist() == [True, False, False, False]
