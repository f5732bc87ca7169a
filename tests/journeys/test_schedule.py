"""Nights on their schedule: from the ledger and the time of day, whatever the machine slept through."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from tests.partnership import at_noon
from tests.small import AMARA, BEN, NIGHT, WNB, Small, missed
from wnb import ledger
from wnb.nightly import Clock, locked, opened, waiting
from wnb.schedule import run_due, schedule

LONDON = ZoneInfo("Europe/London")


def at(moment: str) -> Clock:
    """A clock that stands still at a London time."""
    now = datetime.fromisoformat(moment).replace(tzinfo=LONDON)
    return Clock(now=lambda: now.astimezone(UTC))


def done(small: Small) -> list[date]:
    with opened(small.configuration, at_noon(NIGHT)) as casebook:
        return [record.night for record in casebook.nights()]


@pytest.fixture
def small(tmp_path: Path) -> Small:
    small = Small.begin(tmp_path, ["clinic"])
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    return small


def test_the_first_night_ever_is_the_latest_only(small: Small) -> None:
    assert waiting(small.configuration, at("2026-11-12T03:14")) == [date(2026, 11, 11)]
    assert waiting(small.configuration, at("2026-11-12T03:15")) == [date(2026, 11, 12)]


def test_nights_that_were_missed_are_done_oldest_first_each_with_its_own_list(small: Small) -> None:
    said: list[str] = []
    run_due(small.configuration, at("2026-11-12T03:15"), said.append)
    small.send("clinic", NIGHT + timedelta(days=2), missed(BEN, 1, 2))
    run_due(small.configuration, at("2026-11-15T04:00"), said.append)
    assert done(small) == [NIGHT + timedelta(days=n) for n in range(4)]
    assert [small.names(night) for night in done(small)] == [{"Amara"}, {"Amara"}, {"Amara", "Ben"}, {"Amara", "Ben"}]
    assert [words.partition(" is done")[0] for words in said] == [f"The night of {night}" for night in done(small)]
    assert run_due(small.configuration, at("2026-11-16T03:14"), said.append) == []


def test_a_night_that_fails_keeps_those_after_it_waiting_and_is_tried_again(small: Small) -> None:
    run_due(small.configuration, at("2026-11-12T03:15"), lambda words: None)
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wnb.nightly.take_in", _broken)
        assert run_due(small.configuration, at("2026-11-14T04:00"), said.append) == []
    assert said == ["A night failed by a fault of the program (ValueError), and those after it wait"]
    assert done(small) == [NIGHT]
    run_due(small.configuration, at("2026-11-14T05:00"), said.append)
    assert done(small) == [NIGHT + timedelta(days=n) for n in range(3)]


def _broken(*given: object) -> None:
    raise ValueError(f"something of {AMARA.given} {AMARA.family}")


def test_while_another_run_is_at_work_the_service_says_so_and_goes_on(small: Small) -> None:
    said: list[str] = []
    with locked(small.configuration):
        assert run_due(small.configuration, at("2026-11-12T03:15"), said.append) == []
    assert said[0].startswith("another run is at work")


def test_a_night_that_stopped_before_its_rename_appears_before_the_next_is_done(small: Small) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wnb.store.published.PublishedLists.reveal", _broken)
        run_due(small.configuration, at("2026-11-12T03:15"), lambda words: None)
    assert not small.lists(NIGHT).exists()
    run_due(small.configuration, at("2026-11-13T03:15"), lambda words: None)
    assert small.names(NIGHT) == {"Amara"}
    assert done(small) == [NIGHT, NIGHT + timedelta(days=1)]


# ---------------------------------------------------------------- the clocks change


CHANGES = {
    "forward in 2026": date(2026, 3, 29),
    "back in 2026": date(2026, 10, 25),
    "forward in 2027": date(2027, 3, 28),
    "back in 2027": date(2027, 10, 31),
}


def every_quarter(first: date, last: date) -> Iterator[datetime]:
    """Each quarter of an hour that there is, from one local midnight to another."""
    moment = datetime(first.year, first.month, first.day, tzinfo=LONDON).astimezone(UTC)
    end = datetime(last.year, last.month, last.day, tzinfo=LONDON).astimezone(UTC)
    while moment < end:
        yield moment
        moment += timedelta(minutes=15)


@pytest.mark.parametrize("nightly_at", ["03:15", "00:30"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_across_a_clock_change_each_night_falls_due_once_and_at_its_hour(change: date, nightly_at: str) -> None:
    last_done = change - timedelta(days=3)
    fell_due = []
    for moment in every_quarter(change - timedelta(days=2), change + timedelta(days=3)):
        local = moment.astimezone(LONDON)
        for night in ledger.due(last_done, local, nightly_at):
            fell_due.append((night, local.strftime("%Y-%m-%d %H:%M")))
            last_done = night
    nights = [change + timedelta(days=n) for n in range(-2, 3)]
    assert fell_due == [(night, f"{night} {nightly_at}") for night in nights]


@pytest.mark.parametrize("nightly_at", ["03:15", "00:30"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_across_a_clock_change_the_timer_wakes_once_a_night(change: date, nightly_at: str, small: Small) -> None:
    small.configure("wnb.yaml", WNB + f'nightly_at: "{nightly_at}"\n')
    trigger = job_of(small).trigger
    woken, before, now = [], None, datetime(change.year, change.month, change.day, tzinfo=LONDON) - timedelta(days=2)
    for _ in range(5):
        fires = trigger.get_next_fire_time(before, now)
        woken.append(fires.astimezone(LONDON).strftime("%Y-%m-%d %H:%M"))
        before, now = fires, fires + timedelta(microseconds=1)
    assert woken == [f"{change + timedelta(days=n)} {nightly_at}" for n in range(-2, 3)]


def job_of(small: Small) -> object:
    scheduler = BackgroundScheduler(
        timezone="Europe/London", jobstores={"default": MemoryJobStore()}, executors={"default": ThreadPoolExecutor(1)}
    )
    scheduler.start(paused=True)
    try:
        schedule(scheduler, small.configuration, at_noon(NIGHT), lambda words: None)
        [job] = scheduler.get_jobs()
        return job
    finally:
        scheduler.shutdown(wait=False)


def test_the_timer_remembers_nothing_drops_nothing_and_never_runs_twice_at_once(small: Small) -> None:
    job = job_of(small)
    assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)
    assert job.func is run_due


@pytest.mark.parametrize("hour", ["01:00", "01:30", "01:59"])
def test_an_hour_that_is_not_there_once_a_year_is_refused(small: Small, hour: str) -> None:
    small.configure("wnb.yaml", WNB + f'nightly_at: "{hour}"\n')
    with pytest.raises(Exception, match="does not exist once a year"):
        _ = small.configuration
