"""Whose appointment it was, as far as the row proves it: the NHS number, the date of birth, the age.

What does not verify never sets a row aside: the row is marked unverified, the value left empty, the reason counted.
"""

import re
from collections.abc import Mapping
from datetime import date

import numpy as np

from wnb import identity
from wnb.ingest import moments
from wnb.ingest.dates import Dates, Read
from wnb.ingest.findings import Column, Findings, Mask, Numbers, Values
from wnb.ingest.rows import Text

STANDING: Mapping[int, str] = {
    identity.MISSING: "nhs_missing",
    identity.LENGTH: "nhs_length",
    identity.CHECK_DIGIT: "nhs_check_digit",
    identity.PLACEHOLDER: "nhs_placeholder",
    identity.SCIENTIFIC: "nhs_scientific",
}


SHIFTED = "field_count"  # of a row that has as many fields as it should
WORDS = ("family_name", "given_name", "postcode", "service")
OLDEST = 120
TOO_MANY_DAYS = (OLDEST + 1) * 365.25
NEVER = moments.seconds_of(date.max) // moments.DAY
"""A status is of no one day: whoever it is of may be of any age."""


def numbers(found: Findings, text: Mapping[str, Text], unborn: bool = False) -> dict[str, Column]:
    """NHS numbers that verify. Where none is declared, the agency's own number suffices; so where one is empty, of an
    `unborn` child, who has none yet.
    """
    if "nhs_number" not in text:
        missing = ~text["child_local_id"].given
        found.unverified |= missing
        found.warn(missing, "number_missing")
        return {}
    column = text["nhs_number"]
    number, standing = identity.numbers(column.offsets, column.data)
    known: dict[str, tuple[int, int]] = {}
    for row in np.flatnonzero(standing == identity.OTHER).tolist():
        given = column[row]
        if given not in known:
            known[given] = identity.number_in(given)
        number[row], standing[row] = known[given]
    bad = standing != identity.VERIFIED
    if bad.any():
        too_early = (standing == identity.MISSING) & text["child_local_id"].given if unborn else np.zeros_like(bad)
        found.unverified |= bad & ~too_early
        for value, reason in STANDING.items():
            found.warn((standing == value) & ~too_early, reason)
    return {"nhs_number": Values(number, bad)}


def ages_of(found: Findings, text: Mapping[str, Text], dates: Dates, days: Numbers) -> dict[str, Column]:
    """Dates of birth and ages that verify. `days`: the appointment's. Born after it sets the row aside."""
    rows = len(found.rows)
    columns: dict[str, Column] = {}
    age_good = age_bad = np.zeros(rows, np.bool_)
    if has_age := "age_at_appointment" in text:
        ages, age_bad = _whole_numbers(text["age_at_appointment"], 0, OLDEST)
        age_good = text["age_at_appointment"].given & ~age_bad
        columns["age_at_appointment"] = Values(ages.astype(np.int16), ~age_good)
        found.warn(age_bad, "invalid_date")
    if "date_of_birth" not in dates.names:
        if has_age:
            found.unverified |= ~age_good
            found.warn(~text["age_at_appointment"].given, "dob_missing")
        return columns
    read = dates.read(found, "date_of_birth")
    good = read.good.copy()
    for row, reason in read.faults.items():
        if reason == "dob_has_time" and "date_of_birth" not in found.rows.typed:
            told = dates.forms["date_of_birth"].day_before_clock(text["date_of_birth"][row])
            if told and told[1]:  # at midnight: the day is what was meant
                read.seconds[row], good[row] = told[0], True
    placeholder = good & np.isin(read.seconds, moments.PLACEHOLDER_SECONDS)
    good &= ~placeholder
    born = read.days
    ancient = good & (days - born >= TOO_MANY_DAYS) & (days < NEVER)  # 1916 for 2016: no adult for a slip of the pen
    good &= ~ancient
    found.warn(ancient, "invalid_date")
    found.set_aside(_shifted(found, text, dates, read), SHIFTED, "date_of_birth")
    found.set_aside(good & (born > days), "dob_after_appointment", "date_of_birth")
    empty = ~dates.given(found, "date_of_birth")
    for reason in set(read.faults.values()):
        found.warn(read.faulty(reason), reason)
    found.warn(placeholder, "dob_placeholder")
    found.warn(empty & ~age_good, "dob_missing")
    found.unverified |= (~good & ~(empty & age_good)) | age_bad
    columns["date_of_birth"] = Values(np.where(good, born, 0).astype(np.int32), ~good)
    return columns


def _shifted(found: Findings, text: Mapping[str, Text], dates: Dates, read: Read) -> Mask:
    """Rows whose cells stand beside their columns: no date of birth where it should be, and one where a word should be.

    One delimiter too many and one too few: the fields are as many as the header's, and the names are another's.
    """
    mask = np.zeros(len(found.rows), np.bool_)
    rows = np.flatnonzero(~read.good)
    forms = dates.forms.get("date_of_birth")
    if not len(rows) or forms is None or not all(re.search(r"[^\w%]", form.text) for form in forms.each):
        return mask  # eight digits may as well be a number of the agency's own
    for ours in WORDS:
        if ours in text:
            _, standing, _ = forms.read(text[ours].only(rows), dates.clocks)
            mask[rows[standing == moments.GOOD]] = True
    return mask


def _whole_numbers(column: Text, least: int, most: int) -> tuple[Numbers, Mask]:
    """Small whole numbers from text (`7`, and `7.0` of a column that was of numbers), and which texts are not one in
    range.
    """
    encoded = column.arrow().dictionary_encode(null_encoding="encode")
    values = []
    for said in encoded.dictionary.to_pylist():
        bare = "" if said is None else said.strip()
        whole, _, rest = bare.partition(".")
        good = (
            whole.isascii()
            and whole.isdigit()
            and len(whole) <= 3
            and not rest.strip("0")
            and least <= int(whole) <= most
        )
        values.append(int(whole) if good else (-1 if bare else -2))
    read = np.array(values or [-2], np.int64)[encoded.indices.to_numpy()] if len(column) else np.zeros(0, np.int64)
    return np.maximum(read, 0), read == -1
