"""What goes back to each agency beside its own list: recodes for its record, outcomes outstanding, data quality."""

from collections.abc import Container, Iterator, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.facts import Facts
from wnb.identity import VERIFIED, number_in
from wnb.recode import Age
from wnb.terms import KEY, Outcome


def recode_rows(facts: Facts, agency: str) -> list[tuple[str, str, str, str]]:
    """`recode/<agency>.csv`: what the agency's own record might say instead, from its own dates only."""
    place = facts.joined.agencies.index(agency)
    start, end = facts.joined.bounds[place], facts.joined.bounds[place + 1]
    j = facts.joined
    asked = j.live & (j.taken_in_tonight | j.recode_changed) & j.own_date & (j.outcome != j.told)
    asked &= np.isin(j.outcome, [Outcome.WAS_NOT_BROUGHT, Outcome.YOUNG_PERSON_DID_NOT_ATTEND])
    mine = np.flatnonzero(asked[start:end])
    table = facts.held[agency].select(["appointment_id", "original_code"]).take(pa.array(mine)).to_pydict()
    says = {int(outcome): (outcome.word, reason) for outcome, reason in RECODE_REASONS.items()}
    outcomes = j.outcome[start:end][mine].tolist()
    return sorted(
        (appointment, code, *says[outcome])
        for appointment, code, outcome in zip(table["appointment_id"], table["original_code"], outcomes, strict=True)
    )


RECODE_REASONS = {
    Outcome.WAS_NOT_BROUGHT: "under 18 on the day: a child is brought, or is not",
    Outcome.YOUNG_PERSON_DID_NOT_ATTEND: "16 or 17 on the day, and manages their own appointments",
}


def outstanding_rows(facts: Facts, agency: str) -> list[tuple[str, str, str]]:
    """An agency's past appointments that still have no outcome: id, time, its own code."""
    place = facts.joined.agencies.index(agency)
    mine = np.flatnonzero(facts.outstanding[facts.joined.bounds[place] : facts.joined.bounds[place + 1]])
    table = facts.held[agency].select(["appointment_id", "appointment_at", "original_code"]).take(pa.array(mine))
    return sorted(
        (row["appointment_id"], _minute(row["appointment_at"]), row["original_code"]) for row in table.to_pylist()
    )


def quality_rows(facts: Facts, agency: str) -> list[tuple[str, ...]]:
    """An agency's records whose identity or age could not be verified: the record's own id, file, line, what is not
    known, and what would resolve it. No value of a child's.
    """
    configured, table = facts.configuration.agencies[agency], facts.held[agency]
    unverified = table["unverified"].to_numpy(zero_copy_only=False).astype(bool)
    unknown_age = np.zeros(table.num_rows, bool)
    live = pc.is_null(table["withdrawn_by"]).to_numpy(zero_copy_only=False).astype(bool)
    if agency in facts.joined.agencies:
        place = facts.joined.agencies.index(agency)
        mine = slice(facts.joined.bounds[place], facts.joined.bounds[place + 1])
        live, unknown_age = facts.joined.live[mine], facts.joined.age[mine] == Age.UNKNOWN
    rows = np.flatnonzero(live & (unverified | unknown_age))
    key = KEY[configured.holds]
    told = table.select([key, "file", "line", *WHO]).take(pa.array(rows)).to_pylist()
    flags = list(zip(unverified[rows].tolist(), unknown_age[rows].tolist(), strict=True))
    declared = configured.columns.declared()
    made = configured.holds != "appointments" and key not in declared  # an id that was made may hold a child's number
    resolved = ["; ".join(_resolved_by(row, declared, *pair)) for row, pair in zip(told, flags, strict=True)]
    return sorted(
        ((row["child_local_id"] or "") if made else row[key], row["file"], str(row["line"]), NOT_KNOWN[pair], by)
        for row, pair, by in zip(told, flags, resolved, strict=True)
    )


WHO = ("nhs_number", "nhs_number_as_given", "child_local_id", "date_of_birth")
NOT_KNOWN = {
    (True, True): "identity or date of birth not verified; the age is not known, so it counts nothing",
    (True, False): "identity or date of birth not verified; linked by nothing it says of itself",
    (False, True): "the age is not known, so it counts nothing; send the date of birth",
}


def _resolved_by(
    row: Mapping[str, Any], declared: Container[str], unverified: bool, unknown_age: bool
) -> Iterator[str]:
    """What would let this record be known for a child's: what to send, and how to find it."""
    given = row["nhs_number_as_given"]
    if row["nhs_number"] is None and given and number_in(given)[1] == VERIFIED:
        yield "one NHS number stands beside two people in this file: find whose it is, and correct the other"
    elif row["nhs_number"] is None and given:
        yield "trace the NHS number (its length or check digit is wrong, or it stands for unknown) and send it again"
    elif row["nhs_number"] is None and "nhs_number" in declared:
        yield "send the NHS number"
    elif row["nhs_number"] is None and not row["child_local_id"]:
        yield "send an NHS number or your own number for the child: nothing says whose this is"
    if row["date_of_birth"] is None and (unknown_age or (unverified and "date_of_birth" in declared)):
        yield "send the date of birth, whole"
    elif unknown_age:
        yield "find which of the dates of birth told of this child is right"


def _minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")
