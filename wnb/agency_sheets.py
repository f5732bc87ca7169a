"""What goes back to each agency beside its own list: recodes for its record, outcomes outstanding, data quality."""

from datetime import datetime

import numpy as np
import pyarrow as pa

from wnb.facts import Facts
from wnb.recode import Age
from wnb.terms import Outcome


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


def quality_rows(facts: Facts, agency: str) -> list[tuple[str, str, str, str]]:
    """An agency's records whose identity or age could not be verified: id, file, line, and what is not known."""
    place = facts.joined.agencies.index(agency)
    start, end = facts.joined.bounds[place], facts.joined.bounds[place + 1]
    unverified = facts.held[agency]["unverified"].to_numpy(zero_copy_only=False)
    unknown_age = facts.joined.age[start:end] == Age.UNKNOWN
    mine = np.flatnonzero(facts.joined.live[start:end] & (unverified | unknown_age))
    table = facts.held[agency].select(["appointment_id", "file", "line"]).take(pa.array(mine)).to_pylist()
    words = {
        (True, True): "identity or date of birth not verified; the age is not known, so it counts nothing",
        (True, False): "identity or date of birth not verified; linked by nothing it says of itself",
        (False, True): "the age is not known, so it counts nothing; send the date of birth",
    }
    flags = zip(unverified[mine].tolist(), unknown_age[mine].tolist(), strict=True)
    return sorted(
        (row["appointment_id"], row["file"], str(row["line"]), words[pair])
        for row, pair in zip(table, flags, strict=True)
    )


def _minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")
