"""Rows that tell of a child, not of an appointment: what is known of it, from when to when; who it is.

The same as everywhere: what says since when or what it is and does not hold sets its row aside; who it is never does.
"""

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from wnb.ingest.dates import Dates
from wnb.ingest.findings import PLACE, Column, Findings, Values, Words
from wnb.ingest.moments import DAY
from wnb.ingest.rows import Text
from wnb.ingest.who import ages_of, numbers
from wnb.terms import DETAILED, INSTRUCTIONS, PERSON_DATES, Known
from wnb.unsaid import said

WHO = ("child_local_id", "given_name", "family_name")
NO_DAY = np.iinfo(np.int64).max // DAY  # nobody is born after it: such a row has no day of its own


def of_status(
    found: Findings, text: Mapping[str, Text], dates: Dates, told: npt.NDArray[np.uint8]
) -> dict[str, Column]:
    """Columns of `terms.STATUS_ROW`. `told`: by row, the place of its word in `Known`."""
    rows = found.rows
    ends = told == list(Known).index(Known.ENDED)
    since = dates.must_hold(found, "status_from", may_be_empty=True)
    days, dated = since.days, since.good
    until: dict[str, Column] = {}
    if "status_to" in dates.names:  # one that cannot be read must not end a status early, nor let it run for ever
        last = dates.must_hold(found, "status_to", may_be_empty=True)
        until["status_to"] = Values(last.days.astype(np.int32), ~last.good)
        found.set_aside(~ends & dated & last.good & (last.days < days), "last_day_before_first", "status_to")
        days, dated = np.where(dated, days, last.days), dated | (ends & last.good)
    found.set_aside(~dated, "invalid_date", "status_from")
    days = np.where(dated, days, 0)
    if ends.any():  # which status is over, only its own id can say
        found.set_aside(ends & ~text["status_id"].given, "missing_column", "status_id")
    statuses = [list(Known)[index].value for index in told.tolist()]
    firsts = [(date(1970, 1, 1) + timedelta(days=int(day))).isoformat() for day in days.tolist()]
    made = [
        text["status_id"][row] if "status_id" in text and text["status_id"].given[row] else "|".join(parts)
        for row, parts in enumerate(zip(_child(found, text), statuses, firsts, strict=True))
    ]
    if "status_detail" in text:
        asked = np.isin(told, [list(Known).index(known) for known in DETAILED | INSTRUCTIONS])
        lacking = np.zeros(len(rows), np.bool_)
        lacking[[row for row in np.flatnonzero(asked).tolist() if not said(text["status_detail"][row])]] = True
        found.warn(lacking, "detail_missing")
    columns: dict[str, Column] = {
        "line": Values(rows.line),
        "status_id": Words(Text.of(made)),
        "status": Words(Text.of(statuses)),
        "ends": Values(ends),
        "status_from": Values(days.astype(np.int32)),
        PLACE.name: Values(rows.place),
        **numbers(found, text),
        **ages_of(found, text, dates, np.full(len(rows), NO_DAY)),
        **until,
        "unverified": Values(found.unverified),
    }
    for ours, theirs in (("detail", "status_detail"), ("nhs_number_as_given", "nhs_number")):
        if theirs in text:
            columns[ours] = Words(text[theirs])
    return columns


def of_person(found: Findings, text: Mapping[str, Text], dates: Dates) -> dict[str, Column]:
    """Columns of `terms.PERSON_ROW` that are not plain text. A row that says of nobody who it is stands by itself."""
    rows = found.rows
    own = text.get("person_id")
    made = [own[row] if own and own.given[row] else child for row, child in enumerate(_child(found, text))]
    columns: dict[str, Column] = {
        "line": Values(rows.line),
        "person_id": Words(Text.of(made)),
        PLACE.name: Values(rows.place),
        **numbers(found, text),
        **ages_of(found, text, dates, np.full(len(rows), NO_DAY)),
        **{name: dates.day(found, name, spared=True) for name in PERSON_DATES if name in dates.names},
        "unverified": Values(found.unverified),
    }
    if "nhs_number" in text:
        columns["nhs_number_as_given"] = Words(text["nhs_number"])
    return columns


def _child(found: Findings, text: Mapping[str, Text]) -> list[str]:
    """Of whom each row is: the agency's own number, else the NHS number as it was given, else the row alone."""
    return [
        text["child_local_id"][row] if "child_local_id" in text and text["child_local_id"].given[row]
        else text["nhs_number"][row] if "nhs_number" in text and text["nhs_number"].given[row] else f"row {line}"
        for row, line in enumerate(found.rows.line.tolist())
    ]  # fmt: skip
