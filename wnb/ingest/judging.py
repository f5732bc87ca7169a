"""What speaks for a column being one of ours by what it holds, in counts and shares, each role by a judge of its own.

For proposals to a person. A judge may say that a column cannot be it, whatever its name: an id that stands with several
NHS numbers is no child's, and a date of birth of somebody who was grown up by then is no child's.
Longer than most because it is one table: the judge of each role, and which role has which.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from wnb import identity
from wnb.ingest.code_sets import CODE_SETS, NHS, STATUSES, is_data_dictionary, meaning_in
from wnb.ingest.column_names import is_somebody_elses
from wnb.ingest.profile import UPN, Profile

TOO_FEW = 5
"""Of fewer rows than this, nothing is concluded from what a column holds."""
MOST = 0.5
"""An id that is one child's in so many of its values could be a child's all the same, with slips in the numbers."""


@dataclass(frozen=True)
class Fits:
    """What the contents say of a column in a role: -1 (it cannot be) to 1 (hardly anything else), and why."""

    score: float
    words: str = ""
    ask: bool = False  # it may be the one all the same: a person must say


NEVER = -1.0
KNOWN_CODES = 0.8
"""Of a column of which a code set knows most rows."""


@dataclass(frozen=True)
class Table:
    """All columns of a file together; what one holds is judged against the others."""

    columns: Sequence[Profile]

    @cached_property
    def numbers(self) -> list[Profile]:
        """The columns of NHS numbers that could be the children's; of somebody else's only where there is no other."""
        found = [column for column in self.columns if column.numbers > 0.5]
        return [column for column in found if not is_somebody_elses(column.name)] or found

    @cached_property
    def numbers_that_hold(self) -> list[tuple[Profile, Profile]]:
        """Each of `numbers`, and the same without the values whose check digit is wrong: a slip is no other child."""
        return [
            (column, replace(column, cells=[cell if cell in holds else "" for cell in column.cells]))
            for column in self.numbers
            for holds in [{cell for cell in column.counts if identity.number_in(cell)[1] == identity.VERIFIED}]
        ]

    @cached_property
    def middle(self) -> date | None:
        """A day in the middle of all the days that could be of appointments: those of the latest column of dates."""
        days = [
            sorted(known)[len(known) // 2]
            for column in self.columns
            if column.dates.is_dates and (known := [day for day in column.days if day])
        ]
        return max(days, default=None)

    def ages(self, column: Profile) -> list[float]:
        """Years from each date to the middle of the latest dates in the file."""
        return [(self.middle - day).days / 365.25 for day in column.days if day and self.middle]

    def one_to_one(self, left: Profile, right: Profile) -> tuple[float, int]:
        """Of the values of `left` that stand in more than one row: the share with one value of `right`; how many."""
        seen: dict[str, set[str]] = {}
        rows: dict[str, int] = {}
        for a, b in zip(left.cells, right.cells, strict=True):
            if a and b:
                seen.setdefault(a, set()).add(b)
                rows[a] = rows.get(a, 0) + 1
        again = [value for value, number in rows.items() if number > 1]
        return (sum(len(seen[value]) == 1 for value in again) / len(again) if again else 1.0), len(again)


# ---------------------------------------------------------------- what a column must and must not hold


def _few(column: Profile) -> bool:
    return column.given < TOO_FEW


def _number(table: Table, column: Profile) -> Fits:
    if not column.given:
        return Fits(0.0, "it is empty")
    share = column.numbers
    if share < 0.3 and not _few(column):
        return Fits(NEVER, f"{share:.0%} of {column.given} values pass the check digit; were zeros lost, or digits?")
    return Fits(1.0 if share > 0.7 else share, f"{share:.0%} of {column.given} values pass the check digit")


def _appointment_id(table: Table, column: Profile) -> Fits:
    if (
        not column.given
        or column.dates.is_dates
        or column.numbers > 0.3
        or column.postcodes > 0.3
        or column.clocks > 0.3
    ):
        return Fits(NEVER)
    if (column.variety < 0.5 and not _few(column)) or column.given < 0.9 * len(column.cells):
        return Fits(NEVER)
    if column.digits < 0.5:
        return Fits(NEVER if column.words > 0.3 else -0.3)
    return Fits(
        0.6 if column.variety > 0.98 else 0.3,
        f"{len(column.counts)} different values in {column.given} rows",
    )


def _local_id(table: Table, column: Profile) -> Fits:
    if (
        not column.given
        or column.dates.is_dates
        or column.numbers > 0.3
        or column.postcodes > 0.3
        or column.clocks > 0.3
    ):
        return Fits(NEVER)
    if column.digits < 0.5 or (column.variety < 0.02 and not _few(column)):
        return Fits(NEVER)
    words = f"{len(column.counts)} different values in {column.given} rows"
    fits = [
        _beside_number(table, column, number, words) for whole, number in table.numbers_that_hold if whole is not column
    ]
    return max(fits, key=lambda fit: fit.score, default=Fits(0.3 if column.variety < 0.98 else 0.1, words))


def _beside_number(table: Table, column: Profile, number: Profile, words: str) -> Fits:
    """What an id's going along with the NHS numbers says: one of the one for one of the other, or not."""
    alike, many = table.one_to_one(column, number)
    if many > 2 and alike < 0.95:
        several = f"{1 - alike:.0%} of its values that repeat stand with several NHS numbers"
        return Fits(NEVER, f"{several}: it is not one child's" if alike < MOST else several, ask=alike >= MOST)
    back, again = table.one_to_one(number, column)
    if again < TOO_FEW:
        return Fits(0.3 if column.variety < 0.98 else 0.1, words)
    if back > 0.95:
        return Fits(0.7, f"{words}, each with one NHS number and each NHS number with one of them")
    return Fits(-0.4, f"one NHS number stands with several of them in {1 - back:.0%}")


def _moment(table: Table, column: Profile) -> Fits:
    if not column.dates.is_dates:
        return Fits(NEVER)
    ages = table.ages(column)
    spread = max(ages) - min(ages) if ages else 0.0
    if len(ages) >= TOO_FEW and sorted(ages)[len(ages) // 2] > 4 and spread > 2:
        return Fits(NEVER)
    if column.given < 0.5 * len(column.cells):
        return Fits(-0.3, f"empty in {len(column.cells) - column.given} of {len(column.cells)} rows")
    return Fits(0.6 if column.dates.has_time else 0.3, "dates with a time" if column.dates.has_time else "dates")


def _day(table: Table, column: Profile) -> Fits:
    return Fits(0.2 if column.dates.is_dates else (0.0 if not column.given else NEVER))


def _birth(table: Table, column: Profile) -> Fits:
    if not column.given:
        return Fits(0.0, "it is empty")
    if not column.dates.is_dates:
        return Fits(NEVER)
    ages = table.ages(column)
    if not ages:
        return Fits(0.0)
    children, spread = sum(-1 <= age < 19 for age in ages) / len(ages), max(ages) - min(ages)
    words = f"{children:.0%} were under 19 by then"
    if len(ages) >= TOO_FEW and children < 0.5:
        return Fits(NEVER, words)
    middle = sorted(ages)[len(ages) // 2]
    if spread > 3 and middle > 0.7 and not column.dates.has_time:
        return Fits(0.9, f"{words}, {spread:.0f} years apart")
    return Fits(0.0, words)


def _codes(table: Table, column: Profile) -> Fits:
    if not column.given:
        return Fits(NEVER)
    if column.dates.is_dates or column.numbers > 0 or column.postcodes > 0.1 or column.clocks > 0.1:
        return Fits(NEVER)
    if not column.is_codes:
        return Fits(-0.3 if _few(column) or len(column.counts) <= 60 else NEVER)
    known = max(
        column.share(lambda value, of=name: meaning_in(of, value) is not None)  # type: ignore[misc]
        for name in CODE_SETS
        if name != NHS or is_data_dictionary(column.counts)
    )
    digits = column.share(str.isdigit) > 0.9
    words = f"{len(column.counts)} different codes"
    if known > 0.5:
        return Fits(0.3 if digits else KNOWN_CODES, f"{words}, {known:.0%} of rows known to a code set")
    return Fits(0.1 if len(column.counts) > 1 else -0.2, words)


def holds_statuses(table: Table, column: Profile) -> Fits:
    """Whether a column holds the status of children, in the words of social care."""
    known = column.share(lambda value: value.casefold() in STATUSES)
    if column.dates.is_dates or (known <= 0.5 and not column.is_codes):
        return Fits(NEVER)
    return Fits(0.9 if known > 0.5 else -0.5, f"{known:.0%} of rows hold a status of social care's")


def _name(table: Table, column: Profile) -> Fits:
    if not column.given:
        return Fits(0.0, "it is empty")
    if column.digits > 0.1 or column.dates.is_dates or column.words < 0.6:
        return Fits(NEVER)
    return Fits(0.2, "words without digits")


def _postcode(table: Table, column: Profile) -> Fits:
    if not column.given:
        return Fits(0.0, "it is empty")
    if column.postcodes < 0.5 and not _few(column):
        return Fits(NEVER)
    return Fits(0.9 if column.postcodes > 0.8 else 0.3, f"{column.postcodes:.0%} look like postcodes")


def _age(table: Table, column: Profile) -> Fits:
    share = column.share(lambda value: value.isdigit() and len(value) <= 3 and int(value) <= 120)
    return Fits(0.3 if share > 0.9 else NEVER)


def _upn(table: Table, column: Profile) -> Fits:
    share = column.share(lambda value: UPN.fullmatch(value) is not None)
    return Fits(0.5 if share > 0.5 else 0.0 if not column.given else NEVER, f"{share:.0%} are of a UPN's shape")


def _words(table: Table, column: Profile) -> Fits:
    if column.dates.is_dates or column.numbers > 0 or column.clocks > 0.3:
        return Fits(NEVER)
    return Fits(0.1)


def _few_words(table: Table, column: Profile) -> Fits:
    return Fits(0.1 if len(column.counts) <= 12 and not column.dates.is_dates else NEVER)


Judge = Callable[[Table, Profile], Fits]
WHO: Mapping[str, Judge] = {
    "nhs_number": _number,
    "child_local_id": _local_id,
    "given_name": _name,
    "family_name": _name,
    "date_of_birth": _birth,
    "age_at_appointment": _age,
    "postcode": _postcode,
    "school_upn": _upn,
    "recorded_at": _day,
}
APPOINTMENTS: Mapping[str, Judge] = {
    "appointment_id": _appointment_id,
    "appointment_at": _moment,
    "outcome": _codes,
    "service": _words,
    "manages_own_appointments": _few_words,
    "booked_on": _day,
    "cancelled_on": _day,
    "letter_sent_on": _day,
    "appointment_type": _words,
    "mode": _few_words,
    "attendee": _few_words,
    "child_seen": _few_words,
    "first_or_follow_up": _few_words,
    "household_id": _words,
    "referral_id": _words,
    "gp_practice": _words,
    "interpreter_needed": _few_words,
    "sex": _few_words,
    "ethnicity": _words,
    "language": _words,
    "referrer": _words,
    "lead_professional": _words,
}
OF_STATUSES: Mapping[str, Judge] = {
    "status": holds_statuses,
    "status_from": _day,
    "status_to": _day,
    "status_id": _appointment_id,
    "status_detail": _words,
}


def _anything(table: Table, column: Profile) -> Fits:
    """Known by its name alone; an address may have digits, words, or both."""
    return Fits(NEVER if column.dates.is_dates else 0.1)


def _number_of_another(table: Table, column: Profile) -> Fits:
    share = column.share(lambda value: identity.number_in(value)[1] == identity.VERIFIED)
    return Fits(0.5 if share > 0.5 or not column.given else NEVER, f"{share:.0%} pass the check digit")


OF_PEOPLE: Mapping[str, Judge] = {
    "person_id": _appointment_id,
    **{name: APPOINTMENTS[name] for name in ("household_id", "gp_practice", "interpreter_needed", "sex", "ethnicity",
                                             "language", "lead_professional")},
    "mother": _name,
    "father": _name,
    "father_asked_on": _day,
    "address_sealed": _few_words,
    "mother_nhs_number": _number_of_another,
    **dict.fromkeys(("mother_local_id", "sibling_local_ids", "uprn", "address", "address_2", "address_3"), _anything),
    "school": _words,
    "home_local_authority": _words,
    "safe_contact": _words,
    "accessible_information": _words,
    "deceased_on": _day,
}  # fmt: skip
OF: Mapping[str, Mapping[str, Judge]] = {"appointments": APPOINTMENTS, "statuses": OF_STATUSES, "people": OF_PEOPLE}
BY_CONTENT = frozenset(
    {
        "nhs_number",
        "child_local_id",
        "date_of_birth",
        "postcode",
        "appointment_id",
        "appointment_at",
        "outcome",
        "status",
    }
)
"""Roles that a column may be proposed for by what it holds alone."""


def judge_of(ours: str) -> Judge:
    """The judge of one of our columns; of a column that has none, one to whom any text is as good."""
    return {**OF_PEOPLE, **OF_STATUSES, **APPOINTMENTS, **WHO}.get(ours, _words)
