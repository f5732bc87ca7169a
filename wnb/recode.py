"""Did Not Attend -> Was Not Brought, by the age on the local day of the appointment.

Only `not_attended` is recoded (interface, section 2). A child is under 18 on the day; born on 29 February, 18 on
1 March. 16 and 17 year olds who manage their own appointments `young_person_did_not_attend`. Of unknown age nothing is
recoded: nobody is ever taken for an adult, or for a child, for want of a date. The agency's own code is kept beside it.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from wnb.ages import NEVER, UNKNOWN_DATE, birthday
from wnb.terms import Outcome


class Age(IntEnum):
    """What is known of the person's age on the day of an appointment."""

    UNKNOWN = 0
    CHILD = 1
    ADULT = 2


@dataclass(frozen=True)
class Recoded:
    """By row: the outcome after the recode, and what is known of the age."""

    outcome: np.ndarray  # uint8, Outcome
    age: np.ndarray  # uint8, Age
    own_date: np.ndarray  # bool: the age is from this row's own date of birth or age


def only_date(child: np.ndarray, date_of_birth: np.ndarray, live: np.ndarray, children: int) -> np.ndarray:
    """By child (int32): the only date of birth that its live records state; UNKNOWN_DATE where none or several."""
    lowest = np.full(children, NEVER, np.int32)
    highest = np.full(children, UNKNOWN_DATE, np.int32)
    told = live & (date_of_birth != UNKNOWN_DATE)
    np.minimum.at(lowest, child[told], date_of_birth[told])
    np.maximum.at(highest, child[told], date_of_birth[told])
    return np.where(lowest == highest, lowest, UNKNOWN_DATE).astype(np.int32)


def recode(
    day: np.ndarray,
    told: np.ndarray,
    date_of_birth: np.ndarray,
    age: np.ndarray,
    linked_date: np.ndarray,
    manages_own: np.ndarray,
    unborn: np.ndarray | None = None,
) -> Recoded:
    """Recode every row.

    Args:
        day: int32, local day of the appointment.
        told: uint8, the Outcome as the agency says it.
        date_of_birth: int32, the row's own; UNKNOWN_DATE where it has none that verifies.
        age: int16, the row's own age at the appointment; -1 where it has none.
        linked_date: int32, the linked child's only verified date of birth; UNKNOWN_DATE where none or conflicting.
        manages_own: bool, the agency says that the young person manages their own appointments.
        unborn: bool, it is an antenatal appointment: its child is one before it has any date of birth. None: of none.
    """
    by_date = np.where(date_of_birth != UNKNOWN_DATE, date_of_birth, np.where(age >= 0, UNKNOWN_DATE, linked_date))
    dated = by_date != UNKNOWN_DATE
    is_child = np.where(dated, day < birthday(by_date, 18), (age >= 0) & (age < 18))
    known = dated | (age >= 0)
    if unborn is not None:
        is_child, known = is_child | (unborn & ~known), known | unborn
    sixteen = np.where(dated, day >= birthday(by_date, 16), age >= 16)
    group = np.where(known, np.where(is_child, Age.CHILD, Age.ADULT), Age.UNKNOWN).astype(np.uint8)
    child = np.where(manages_own & sixteen, Outcome.YOUNG_PERSON_DID_NOT_ATTEND, Outcome.WAS_NOT_BROUGHT)
    outcome = np.where(
        told == Outcome.NOT_ATTENDED,
        np.select([group == Age.CHILD, group == Age.ADULT], [child, Outcome.DID_NOT_ATTEND], Outcome.NOT_ATTENDED),
        told,
    ).astype(np.uint8)
    return Recoded(outcome, group, (date_of_birth != UNKNOWN_DATE) | (age >= 0))
