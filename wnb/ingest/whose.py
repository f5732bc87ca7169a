"""Whose extract a file is, where it lies in one agency's folder and is another's.

Two signs are heeded. A file that this agency's contract cannot even find its columns in, and another agency's reads:
it is the other's. And of agencies that share a layout: most rows of the file are already held of the other, each with
its id, its time and its child, and as good as none of this one. Such a file is refused, and nothing is lost by it: what
spoke against it is held already. Ids alone prove nothing, for two systems may count alike; nor do a few shared rows.
Extracts of one organisation may tell of the same appointments, and are never held against each other.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.agency import Agency
from wnb.ingest.reasons import Refused, refused
from wnb.ingest.verdict import Reading

UNKNOWN_LAYOUT = frozenset({"header", "missing_column", "content_type"})
TELLING = ("appointment_id", "appointment_at", "outcome", "nhs_number", "child_local_id")
FEWEST = 3  # rows that must be the other's
MOST = 0.5  # of the rows
MOST_OF_A_FIRST = 0.9  # of an agency's first delivery, which nothing of its own can speak for
OURS_AT_MOST = 0.1  # of as many rows as are the other's


def by_layout(
    reading: Reading, agency: Agency, others: Iterable[Agency], read_as: Callable[[Agency], Reading]
) -> Refused | None:
    """The refusal of a file that only another agency's contract can read; None where none can.

    `read_as` reads the file by another contract.
    """
    if not reading.rejected or not UNKNOWN_LAYOUT & set(reading.reasons):
        return None
    ours = {name for names in agency.columns.declared().values() for name in names}
    for other in others:
        theirs = {names[0] for names in other.columns.declared().values()}
        if other.holds != agency.holds or theirs <= ours:
            continue
        tried = read_as(other)
        if not tried.rejected and tried.records and 2 * tried.quarantined.num_rows <= tried.records:
            return refused(
                "wrong_agency", f"the columns are those of {other.agency}, and none of this agency's layouts"
            )
    return None


def by_rows(
    rows: pa.Table, agency: Agency, held: Mapping[str, pa.Table], configured: Mapping[str, Agency]
) -> Refused | None:
    """The refusal of a file whose rows are, for the most part, held of another agency already; None of any other."""
    mine = held.get(agency.agency)
    first = mine is None or not mine.num_rows
    for name, table in held.items():
        other = configured.get(name)
        if other is None or not _may_be_mistaken(agency, other) or not table.num_rows:
            continue
        theirs = _known(rows, table)
        if theirs < max(FEWEST, (MOST_OF_A_FIRST if first else MOST) * rows.num_rows):
            continue
        if first or _known(rows, mine) <= OURS_AT_MOST * theirs:
            return refused("wrong_agency", f"{theirs:,} of {rows.num_rows:,} rows are held of {name} already")
    return None


def _may_be_mistaken(agency: Agency, other: Agency) -> bool:
    """Whether an extract of the other could be read by this agency's contract, and is not of the same organisation."""
    if other.agency == agency.agency or other.organisation_id == agency.organisation_id:
        return False
    if agency.holds != "appointments" or other.holds != "appointments":
        return False
    if agency.extract.format != other.extract.format:
        return False
    here, there = agency.columns.declared(), other.columns.declared()
    return all(set(here.get(name, ())) & set(there.get(name, ())) for name in TELLING if name in there and name in here)


def _known(rows: pa.Table, held: pa.Table) -> int:
    """How many rows are held with the same id, time and child."""
    same_id = held.filter(pc.is_in(held["appointment_id"], value_set=pc.unique(rows["appointment_id"])))
    marks = _marks(rows)
    return int(((marks != "") & np.isin(marks, _marks(same_id))).sum()) if same_id.num_rows else 0


def _marks(rows: pa.Table) -> np.ndarray:
    """What makes a row that of one child's appointment, as one text; a row that names nobody is like no other."""
    number = pc.cast(rows["nhs_number"], pa.string())
    person = pc.binary_join_element_wise(
        pc.fill_null(rows["child_local_id"], ""),
        pc.fill_null(pc.cast(rows["date_of_birth"], pa.string()), ""),
        pc.fill_null(pc.utf8_upper(rows["family_name"]), ""),
        "|",
    )
    who = pc.if_else(pc.is_valid(number), number, person)
    at = pc.cast(rows["appointment_at"], pa.string())
    marks = pc.binary_join_element_wise(rows["appointment_id"], at, who, "|")
    nobody = pc.equal(who, "||")
    return np.where(nobody.to_numpy(zero_copy_only=False), "", marks.to_numpy(zero_copy_only=False).astype(object))
