"""A year and a month of invented appointments, and when each agency says what of them.

About nine in a hundred are missed, more in some households than in others; the rest are attended, cancelled by one side
or the other, or never written up. What an agency says of an appointment changes: booked, then what came of it, now and
then corrected. `said` is one row for each such word, with the night of the file that brings it.
"""

from collections.abc import Mapping
from datetime import date, timedelta

import holidays
import numpy as np
import pandas as pd

from wnb.agency import Agency
from wnb.demo.habits import HABITS, Habit
from wnb.demo.people import Place
from wnb.demo.scribe import codes_of

HISTORY = 365  # days before the first night
AHEAD = 21  # days after the last night that are already booked
NOT_MISSED = {
    "attended": 0.837, "cancelled_by_family": 0.065, "cancelled_by_provider": 0.065, "arrived_too_late": 0.015,
    "left_before_seen": 0.005, "service_fault": 0.005, "booked": 0.008,
}  # fmt: skip
SCHOOL_HOLIDAYS = ((8, 1, 31), (12, 19, 31), (10, 26, 31))  # month, from, to
CORRECTED = 0.012
WRITTEN_UP_LATE = 0.05
TOLD_TO_THE_GP = 0.3
LETTER = {"lea-bridge-outpatients": "9N4H.", "marsh-camhs": "9N4N0"}
STATUSES = {
    "child-in-need": 0.012, "early-help": 0.02, "disability": 0.012, "domestic-abuse": 0.008, "looked-after": 0.005,
    "child-protection-plan": 0.0035, "section-47": 0.0006,
}  # fmt: skip
FIRST_NUMBER = 1000


class Nights:
    """The nights of a run and the first on which an agency can say what happened on a day."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last

    def all(self) -> list[date]:
        """Every night, in order."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def told_on(self, days: np.ndarray, habit: Habit) -> np.ndarray:
        """By day (datetime64[D]): the first night after it that brings a file; NaT where that is after the last."""
        start = np.datetime64(self.first)
        nights = np.array([n for n in self.all() if habit.delivers(n, self.first)], dtype="datetime64[D]")
        place = np.searchsorted(nights, np.maximum(days.astype("datetime64[D]") + 1, start))
        told: np.ndarray = np.append(nights, np.datetime64("NaT"))[place]
        return told


def appointments(place: Place, nights: Nights, a_year: float, rng: np.random.Generator) -> pd.DataFrame:
    """What really happened: one row an appointment, in the order of agency and time.

    Columns: agency, child, number (unique in the agency), appointment_at datetime64[s], service, word, booked_on,
    manages.
    """
    children = place.children
    span = HISTORY + (nights.last - nights.first).days + AHEAD
    often = rng.gamma(1.5, 1 / 1.5, len(children)) * a_year * span / 365
    child = np.repeat(np.arange(len(children)), rng.poisson(often))
    start = np.datetime64(nights.first) - HISTORY
    day = start + rng.integers(0, span, len(child)).astype("timedelta64[D]")
    born = children["date_of_birth"].to_numpy().astype("datetime64[D]")[child]
    age = (day - born).astype(int) // 365.2425
    agency = _agency_for(age.clip(min=0), rng)
    saturdays = np.isin(agency, [name for name, habit in HABITS.items() if habit.saturdays]) & (
        rng.random(len(child)) < 0.25
    )
    day = _working_day(day, saturdays)
    at = day.astype("datetime64[s]") + (9 * 3600 + 900 * rng.integers(0, 31, len(child))).astype("timedelta64[s]")
    service, booked = _details(agency, child, day, rng)
    found = pd.DataFrame(
        {
            "agency": agency, "child": child, "appointment_at": at, "service": service,
            "booked_on": booked.astype("datetime64[s]"),
            "word": _words(agency, children["misses"].to_numpy()[child], rng),
            "manages": (age >= 16) & (rng.random(len(child)) < 0.3),
        }
    )  # fmt: skip
    month, of_month = pd.DatetimeIndex(at).month, pd.DatetimeIndex(at).day
    no_school = np.logical_or.reduce([(month == m) & (of_month >= a) & (of_month <= b) for m, a, b in SCHOOL_HOLIDAYS])
    possible = (day > born + 10) & ~((agency == "school-nursing") & no_school)
    found = found.loc[possible].sort_values(["agency", "appointment_at", "child"], kind="stable", ignore_index=True)
    numbered: pd.DataFrame = found.assign(number=found.groupby("agency").cumcount() + FIRST_NUMBER)
    return numbered


def _agency_for(age: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    weight = np.array([np.where((age >= h.ages[0]) & (age <= h.ages[1] + 1), h.weight, 0) for h in HABITS.values()]).T
    sums = weight.cumsum(axis=1)
    drawn = rng.random(len(age))[:, None] * sums[:, -1:]
    place: np.ndarray = (drawn >= sums).sum(axis=1)
    names: np.ndarray = np.array(list(HABITS), dtype=object)
    return np.asarray(names[place.clip(max=len(HABITS) - 1)])


def _working_day(day: np.ndarray, saturdays: np.ndarray) -> np.ndarray:
    """The day itself, or the next on which the service is open."""
    years = range(int(str(day.min())[:4]), int(str(day.max())[:4]) + 2) if len(day) else range(0)
    free = sorted(np.datetime64(d) for d in holidays.country_holidays("GB", subdiv="ENG", years=years))
    on_weekdays: np.ndarray = np.busday_offset(day, 0, roll="forward", holidays=free)
    saturday = (day.astype(int) + 3) % 7 == 5  # 1 January 1970 was a Thursday
    return np.where(saturdays & saturday & ~np.isin(day, free), day, on_weekdays)


def _details(
    agency: np.ndarray, child: np.ndarray, day: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The service, mostly the one that the child has long gone to, and the day of booking."""
    service = np.full(len(agency), "", dtype=object)
    booked = day.copy()
    usual = rng.random(len(agency)) < 0.8
    other = rng.integers(0, 1000, len(agency))
    chance = rng.random(len(agency))
    for name, habit in HABITS.items():
        here = agency == name
        if here.any():
            which = np.where(usual, child * 31 + len(name), other)[here] % len(habit.services)
            service[here] = np.array(habit.services, dtype=object)[which]
            low, high = habit.booked_days_ahead
            booked[here] -= (low + (chance[here] * (high - low + 1)).astype(int)).astype("timedelta64[D]")
    return service, booked


def _words(agency: np.ndarray, misses: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What became of each appointment, in our words."""
    chance, kind = rng.random(len(agency)), rng.random(len(agency))
    word = _drawn(NOT_MISSED, kind)
    for name, habit in HABITS.items():
        here = (agency == name) & (chance < misses)
        if here.any():
            word[here] = _drawn(habit.missed, kind[here])
    return word


def _drawn(shares: Mapping[str, float], chance: np.ndarray) -> np.ndarray:
    edges = np.cumsum(list(shares.values()))
    return np.array(list(shares), dtype=object)[np.searchsorted(edges[:-1] / edges[-1], chance, side="right")]


def said(found: pd.DataFrame, agencies: Mapping[str, Agency], nights: Nights, rng: np.random.Generator) -> pd.DataFrame:
    """Every word that an agency says of an appointment by the last night, in order of agency, night and time.

    The columns are those that `Scribe.write` takes, with `agency`, `told_on`, and `gone_on` (NaT: never withdrawn).
    """
    parts = []
    for name, rows in found.groupby("agency", sort=True):
        agency, habit = agencies[str(name)], HABITS[str(name)]
        codes = codes_of(agency)
        rows = rows.assign(word=rows["word"].where(rows["word"].isin(list(codes)), "attended"))
        day = rows["appointment_at"].to_numpy().astype("datetime64[D]")
        late = np.where(rng.random(len(rows)) < WRITTEN_UP_LATE, rng.integers(1, 5, len(rows)), 0)
        told = nights.told_on(day + late, habit)
        booked = nights.told_on(rows["booked_on"].to_numpy().astype("datetime64[D]"), habit)
        outcome = rows.assign(told_on=told, recorded_at=day + np.timedelta64(17, "h"))[rows["word"] != "booked"]
        is_ahead = ~np.isnat(booked) & (np.isnat(told) | (booked < told) | (rows["word"] == "booked").to_numpy())
        ahead = rows.assign(word="booked", told_on=booked, recorded_at=rows["booked_on"] + np.timedelta64(9, "h"))[
            is_ahead
        ]
        missed = outcome[outcome["word"].isin(list(habit.missed))]
        again = missed[rng.random(len(missed)) < CORRECTED]
        learned = again["told_on"].to_numpy().astype("datetime64[D]") + rng.integers(2, 9, len(again))
        again = again.assign(
            word="attended", told_on=nights.told_on(learned, habit), recorded_at=learned + np.timedelta64(14, "h")
        )
        part = pd.concat([ahead, outcome, again], ignore_index=True)
        parts.append(part.assign(code=part["word"].map(codes)))
    whole = pd.concat([*parts, _letters(found, nights, rng)], ignore_index=True)
    return _finished(whole[whole["told_on"].notna()])


def _letters(found: pd.DataFrame, nights: Nights, rng: np.random.Generator) -> pd.DataFrame:
    """What general practices note of hospital and CAMHS letters: the same misses, a week later."""
    missed = found[found["agency"].isin(list(LETTER)) & (found["word"] == "not_attended")]
    missed = missed[rng.random(len(missed)) < TOLD_TO_THE_GP]
    when = (missed["appointment_at"].to_numpy().astype("datetime64[D]") + 8).astype("datetime64[s]") + np.timedelta64(
        12, "h"
    )
    told = nights.told_on(when.astype("datetime64[D]"), HABITS["city-gp-practices"])
    number = np.arange(len(missed)) + 0x60000000
    return missed.assign(
        code=missed["agency"].map(LETTER), agency="city-gp-practices", appointment_at=when, service="Letters",
        told_on=told, recorded_at=when + np.timedelta64(4, "h"), number=number,
    )  # fmt: skip


def _finished(rows: pd.DataFrame) -> pd.DataFrame:
    """The columns that files hold, and the order in which they hold them."""
    letter = rows["booked_on"] + np.timedelta64(2, "D")
    return rows.assign(
        letter_sent_on=letter.where(letter < rows["appointment_at"]),
        manages_own_appointments=np.where(rows["manages"], "Yes", ""),
        attendee=np.where(
            rows["word"] == "attended", np.where(rows["manages"], "Young person", "Young person and parent"), ""
        ),
        gone_on=np.datetime64("NaT", "s"),
        told_on=rows["told_on"].astype("datetime64[s]"),
        recorded_at=rows["recorded_at"].astype("datetime64[s]"),
    ).sort_values(["agency", "told_on", "appointment_at", "number"], kind="stable", ignore_index=True)


def statuses(place: Place, agencies: Mapping[str, Agency], nights: Nights, rng: np.random.Generator) -> pd.DataFrame:
    """What social care knows: episodes begun in the last two years, a third of them ended; the columns as in `said`."""
    found = []
    codes = codes_of(agencies["social-care"])
    for status, share in STATUSES.items():
        child = np.flatnonzero(rng.random(len(place.children)) < share)
        start = np.datetime64(nights.last) - rng.integers(0, 45 if status == "section-47" else 700, len(child))
        end = start + rng.integers(60, 400, len(child))
        ended = (rng.random(len(child)) < 0.4) & (end < np.datetime64(nights.first))
        found.append(
            pd.DataFrame(
                {
                    "child": child, "code": codes[status], "status_from": start.astype("datetime64[s]"),
                    "status_to": np.where(ended, end, np.datetime64("NaT")).astype("datetime64[s]"),
                }
            )
        )  # fmt: skip
    rows = pd.concat(found, ignore_index=True).sort_values(
        ["status_from", "child", "code"], kind="stable", ignore_index=True
    )
    told = np.maximum(rows["status_from"].to_numpy().astype("datetime64[D]") + 1, np.datetime64(nights.first))
    rows = rows.assign(
        agency="social-care", number=np.arange(len(rows)) + FIRST_NUMBER, told_on=told.astype("datetime64[s]"),
        gone_on=np.datetime64("NaT", "s"), appointment_at=rows["status_from"],
    )  # fmt: skip
    born = place.children["date_of_birth"].to_numpy()[rows["child"].to_numpy()]
    known: pd.DataFrame = rows.loc[(rows["status_from"] > born) & (rows["told_on"] <= np.datetime64(nights.last))]
    return known
