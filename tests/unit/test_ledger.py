"""Which nights wait to be done: from the last one done and the clock on the wall, whatever was slept through."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from wnb.ledger import due, latest_due

LONDON = ZoneInfo("Europe/London")


def at(text: str) -> datetime:
    """A moment in London."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("now", "latest"),
    [
        ("2026-11-21T03:14:59", date(2026, 11, 20)),
        ("2026-11-21T03:15", date(2026, 11, 21)),
        ("2026-11-21T23:59", date(2026, 11, 21)),
        ("2026-11-22T00:00", date(2026, 11, 21)),
        ("2027-01-01T00:30", date(2026, 12, 31)),
    ],
)
def test_a_night_is_due_from_its_hour_on(now: str, latest: date) -> None:
    assert latest_due(at(now), "03:15") == latest


def test_before_the_first_night_only_the_latest_is_due() -> None:
    assert due(None, at("2026-11-21T09:00"), "03:15") == [date(2026, 11, 21)]


def test_a_night_that_was_done_is_not_due_again() -> None:
    assert due(date(2026, 11, 21), at("2026-11-21T09:00"), "03:15") == []


def test_nights_that_were_missed_are_due_oldest_first() -> None:
    assert due(date(2026, 11, 17), at("2026-11-21T09:00"), "03:15") == [date(2026, 11, d) for d in (18, 19, 20, 21)]


def test_the_night_whose_hour_has_not_come_is_not_among_the_missed() -> None:
    assert due(date(2026, 11, 19), at("2026-11-21T02:00"), "03:15") == [date(2026, 11, 20)]


def test_a_night_done_ahead_of_the_clock_makes_none_due() -> None:
    assert due(date(2026, 11, 25), at("2026-11-21T09:00"), "03:15") == []


@pytest.mark.parametrize("changes", [date(2026, 3, 29), date(2026, 10, 25)], ids=["spring", "autumn"])
def test_over_a_clock_change_every_night_comes_once(changes: date) -> None:
    """A look every ten minutes of real time, over three days: each night becomes due once, in order, none twice."""
    done, done_at = changes - timedelta(days=2), []
    moment = datetime.combine(changes - timedelta(days=1), datetime.min.time(), UTC)
    for step in range(3 * 24 * 6):
        here = (moment + timedelta(minutes=10 * step)).astimezone(LONDON)
        for night in due(done, here, "03:15"):
            done_at.append((night, here.strftime("%H:%M")))
            done = night
    assert done_at == [(changes + timedelta(days=d), "03:20") for d in (-1, 0, 1)]
