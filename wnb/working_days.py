"""Working days of England and Wales: Monday to Friday, bank holidays left out."""

from datetime import date, timedelta
from functools import lru_cache

import holidays

SATURDAY = 5


@lru_cache(maxsize=64)
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))  # Wales has the same days


def is_working_day(day: date) -> bool:
    """Whether offices in England and Wales are open on `day`."""
    return day.weekday() < SATURDAY and day not in _bank_holidays(day.year)


@lru_cache(maxsize=4096)
def working_day_after(day: date, days: int) -> date:
    """The `days`-th working day after `day`; 0 is that same day, whatever day of the week it is ("decide today").

    Raises:
        ValueError: `days` is negative.
    """
    if days < 0:
        raise ValueError(f"a number of working days is 0 or more, not {days}")
    for _ in range(days):
        day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
    return day
