"""Birthdays, and how old somebody is on a day: days since 1970-01-01 throughout."""

import numpy as np

NEVER = np.iinfo(np.int32).max
"""The birthday of somebody whose date of birth is not known."""
UNKNOWN_DATE = np.iinfo(np.int32).min


def birthday(date_of_birth: np.ndarray, years: int) -> np.ndarray:
    """int32: the day on which people born on `date_of_birth` (int32) turn `years`; NEVER where it is UNKNOWN_DATE.

    Born on 29 February: 1 March where the year has no 29th (interface, section 2: "18 on 1 March").
    """
    known = date_of_birth != UNKNOWN_DATE
    if not known.any():
        return np.full(date_of_birth.shape, NEVER, np.int32)
    first = int(date_of_birth[known].min())
    days = np.arange(first, int(date_of_birth[known].max()) + 1).astype("datetime64[D]")  # every day there is, once
    months = days.astype("datetime64[M]")
    day_of_month = days - months.astype("datetime64[D]")
    turned = (months + np.timedelta64(12 * years, "M")).astype("datetime64[D]") + day_of_month
    place = np.where(known, date_of_birth.astype(np.int64) - first, 0)
    return np.where(known, turned.astype(np.int64)[place], NEVER).astype(np.int32)
