"""What agencies that hold statuses or people tell of some children, row by row, as it stands tonight.

What they keep to themselves is among it: what may be shown, and to whom, is for `known`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from wnb.agency import Agency
from wnb.config import Configuration
from wnb.ingest.deliveries import Snapshot
from wnb.joining import EPOCH, Joined
from wnb.spells import STILL_SO, told_by
from wnb.store.lake import AgencyState
from wnb.terms import INSTRUCTIONS, Known
from wnb.unsaid import KEPT, plain, said


@dataclass(frozen=True)
class ToldOfChild:
    """One status that an agency tells of a child (`holds: statuses`), as it stands tonight."""

    agency: str
    known: Known
    detail: str
    first: date
    last: date | None  # None: no end is known
    unnamed_on: date | None = None  # of a snapshot that no longer names it and withdraws nothing: a person is to ask
    in_doubt: bool = False  # told of a number of two people without a name: it may be the other's


@dataclass(frozen=True)
class Person:
    """What an agency that holds people tells of a child beside who it is."""

    agency: str
    extract_date: date
    gone_on: date | None  # since that day it stands on its agency's list no more
    mother: str | None
    father: str | None
    father_asked_on: date | None
    tells_home: bool  # where it lives, or with whom

    TOLD: ClassVar = ("extract_date", "mother", "father", "father_asked_on")
    OF_HOME: ClassVar = (
        "uprn", "address", "address_2", "address_3", "household_id", "sibling_local_ids", "mother_nhs_number",
        "mother_local_id",
    )  # fmt: skip


def _of_statuses(
    agency: Agency, table: pa.Table, mine: np.ndarray, snapshots: Sequence[Snapshot]
) -> Iterator[tuple[int, ToldOfChild]]:
    """By row, what some held rows of statuses tell."""
    told = told_by(agency, table)
    rows = np.flatnonzero(mine & told.says)
    asked = table.select(["status", "detail", "group", "named_on", "named_by", "withdrawn_by"])
    for at, row in zip(rows.tolist(), asked.take(pa.array(rows)).to_pylist(), strict=True):
        last = None if told.last[at] == STILL_SO else _day(told.last[at])
        first, unnamed = _day(told.first[at]), _unnamed_on(row, snapshots)
        known = Known(row["status"])
        detail = said(row["detail"]) or (f"{NOT_NAMED[known]}; ask {agency.name}" if known in NOT_NAMED else "")
        yield at, ToldOfChild(agency.agency, known, detail, first, last, unnamed)


NOT_NAMED = {
    Known.LEAD_PROFESSIONAL: "name not told",
    Known.GP_PRACTICE: "which one is not told",
    Known.SCHOOL: "which one is not told",
}
"""That there is one is known, and who told it can be asked."""


def _unnamed_on(row: Mapping[str, Any], snapshots: Sequence[Snapshot]) -> date | None:
    """The date of the latest snapshot, where it covers a row that stands and does not name it."""
    over = [one for one in snapshots if one.groups is None or row["group"] in one.groups]
    if row["withdrawn_by"] is not None or not over:
        return None
    latest = max(over, key=lambda one: (one.extract_date, one.receipt))
    named = (row["named_on"], row["named_by"])
    return latest.extract_date if named < (latest.extract_date, latest.receipt) else None


OF_PEOPLE = {
    "lead_professional": Known.LEAD_PROFESSIONAL,
    "gp_practice": Known.GP_PRACTICE,
    "school": Known.SCHOOL,
    "home_local_authority": Known.HOME_LOCAL_AUTHORITY,
    "safe_contact": Known.SAFE_CONTACT,
    "accessible_information": Known.ACCESSIBLE_INFORMATION,
}
"""What a row of people tells of a child as a status does: since it was told, until its agency's list has it no more."""


def _of_people(
    agency: Agency, table: pa.Table, mine: np.ndarray, snapshots: Sequence[Snapshot]
) -> Iterator[tuple[int, ToldOfChild]]:
    rows = np.flatnonzero(mine)
    asked = [*OF_PEOPLE, "deceased_on", "extract_date", "withdrawn_on", "group", "named_on", "named_by", "withdrawn_by"]
    for at, row in zip(rows.tolist(), table.select(asked).take(pa.array(rows)).to_pylist(), strict=True):
        last = row["withdrawn_on"] and row["withdrawn_on"] - timedelta(days=1)
        unnamed = _unnamed_on(row, snapshots)
        for column, known in OF_PEOPLE.items():
            told = said(row[column])
            if told or (known in INSTRUCTIONS and plain(row[column]) in KEPT):
                yield at, ToldOfChild(agency.agency, known, told, row["extract_date"], last, unnamed)
        if row["deceased_on"]:
            yield at, ToldOfChild(agency.agency, Known.DECEASED, "", row["deceased_on"], None)


def statuses_of(
    configuration: Configuration,
    held: Mapping[str, pa.Table],
    joined: Joined,
    agencies: Mapping[str, AgencyState],
    children: Iterable[int],
) -> dict[int, list[ToldOfChild]]:
    """What is told of some children, by first day; what is kept back too: ask `known` for what may be shown."""
    wanted = np.fromiter(children, np.int32)
    found: dict[int, list[ToldOfChild]] = {}
    for agency, whose in joined.of_others.items():
        holder = configuration.agencies[agency]
        rows, of = joined.linked.told_of(joined.of_records[agency])
        of_row: dict[int, list[int]] = {}
        for row, child in zip(rows[np.isin(of, wanted)].tolist(), of[np.isin(of, wanted)].tolist(), strict=True):
            of_row.setdefault(row, []).append(child)
        mine = np.zeros(len(whose), bool)
        mine[list(of_row)] = True
        told = _of_statuses if holder.holds == "statuses" else _of_people
        for at, status in told(holder, held[agency], mine, agencies.get(agency, AgencyState()).snapshots):
            for child in of_row[at]:
                in_doubt = int(whose[at]) in joined.linked.may_be
                found.setdefault(child, []).append(replace(status, in_doubt=in_doubt))
    return {child: sorted(some, key=lambda t: (t.first, t.known, t.agency)) for child, some in found.items()}


def people_of(
    configuration: Configuration, held: Mapping[str, pa.Table], joined: Joined, children: Iterable[int]
) -> dict[int, list[Person]]:
    """What agencies that hold people tell of some children, the last told last; what is kept back too."""
    wanted = np.fromiter(children, np.int32)
    found: dict[int, list[Person]] = {}
    for agency, whose in joined.of_others.items():
        if configuration.agencies[agency].holds != "people":
            continue
        mine = np.flatnonzero(np.isin(whose, wanted))
        asked = held[agency].select([*Person.TOLD, "withdrawn_on", *Person.OF_HOME])
        for at, row in zip(mine.tolist(), asked.take(pa.array(mine)).to_pylist(), strict=True):
            gone, home = row["withdrawn_on"], any(row[name] for name in Person.OF_HOME)
            told = {name: row[name] for name in Person.TOLD}
            found.setdefault(int(whose[at]), []).append(Person(agency=agency, gone_on=gone, tells_home=home, **told))
    return {child: sorted(some, key=lambda one: (one.extract_date, one.agency)) for child, some in found.items()}


def _day(number: int) -> date:
    return EPOCH + timedelta(days=int(number))
