"""A file of any length to Parquet in level memory: accepted rows and rows set aside, as `reading.read` would have them.

Blocks are judged and written as they come. Of each accepted row only 24 bytes stay in memory: by these the few rows
are found that share a slot or an NHS number with another, and only those are read again and settled among themselves.
"""

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wnb.config import Agency
from wnb.errors import SafetyStop
from wnb.ingest.conflicts import shared_numbers
from wnb.ingest.container import GROUP
from wnb.ingest.contract import PLACE, Contract
from wnb.ingest.duplicates import digests, settle
from wnb.ingest.reading import Reading, conflicting, opened, quarantine, rejected
from wnb.ingest.reasons import Refused
from wnb.terms import QUARANTINE

ROWS = 122_880  # of a group of the Parquet file
DAYS = 1 << 17  # more days than dates of birth may be apart


@dataclass(frozen=True)
class Converted:
    """What became of a file. `reading` has empty tables: they are in the two Parquet files."""

    reading: Reading
    accepted: int
    quarantined: int


def convert(
    content: Path, name: str, agency: Agency, zone: ZoneInfo, night: date, accepted: Path, set_aside: Path
) -> Converted:
    """Read one file of the vault into `accepted` and `set_aside`, both Parquet.

    Raises:
        SafetyStop: the records do not add up.
    """
    try:
        return _convert(content, name, agency, zone, night, accepted, set_aside)
    except Refused as fault:
        nothing = rejected(fault, agency)
        pq.write_table(nothing.rows, accepted)
        pq.write_table(nothing.quarantined, set_aside)
        return Converted(nothing, 0, 0)


def _convert(
    content: Path, name: str, agency: Agency, zone: ZoneInfo, night: date, accepted: Path, set_aside: Path
) -> Converted:
    container = opened(content, name, agency, zone)
    time = None if agency.holds == "statuses" else "appointment_at"
    slots: list[npt.NDArray[np.uint64]] = []
    people: list[npt.NDArray[np.int64]] = []
    places: list[npt.NDArray[np.int64]] = []
    structural: Counter[str] = Counter()
    ids: set[str] = set()
    groups: set[str] = set()
    records = quarantined = unverified = 0
    unreadable = False
    contract: Contract | None = None
    with ExitStack() as files:
        aside_file = files.enter_context(pq.ParquetWriter(set_aside, QUARANTINE))
        rows_file: _Grouped | None = None
        for rows, broken in container.blocks():
            contract = contract or Contract.of(agency, container, zone, night)
            judged = contract.judge(rows)
            records += len(rows) + len(broken)
            structural.update(record.reason for record in broken)
            if aside := sorted([*broken, *judged.set_aside], key=lambda record: record.line):
                quarantined += len(aside)
                ids |= {record.key for record in aside if record.key}
                unreadable |= any(not record.key for record in aside)
                aside_file.write_table(quarantine(name, aside))
            table = contract.complete([judged.rows])
            slots.append(_slots(table, contract.key, time))
            people.append(_people(table))
            places.append(table[PLACE.name].to_numpy())
            unverified += int(pc.sum(table["unverified"]).as_py() or 0)
            if GROUP in table.column_names:
                groups |= set(pc.unique(table[GROUP]).drop_null().to_pylist())
            rows_file = rows_file or files.enter_context(_Grouped(accepted, contract.schema))
            rows_file.write(table)
        contract = contract or Contract.of(agency, container, zone, night)
        contract.close()
        (rows_file or files.enter_context(_Grouped(accepted, contract.schema))).close()
        reasons = Counter(container.warnings) + structural + contract.reasons
        suspects = _suspects(slots, people)
        table = _taken(accepted, suspects, places)
        shared, settled = shared_numbers(table), settle(table, contract.key, time)
        for reason, number in (
            ("identity_conflict", int(shared.sum())),
            ("exact_duplicate", settled.exact),
            ("conflicting_duplicate", int(settled.conflicting.sum())),
        ):
            if number:
                reasons[reason] += number
        if settled.conflicting.any():
            again = conflicting(table.filter(pa.array(settled.conflicting)), container, contract)
            quarantined += len(again)
            ids |= {record.key for record in again}
            aside_file.write_table(quarantine(name, again))
        was = table["unverified"].to_numpy() if table.num_rows else np.zeros(0, np.bool_)
        unverified += int((shared & ~was & settled.kept).sum()) - int((was & ~settled.kept).sum())
    if shared.any() or not settled.kept.all():
        _rewrite(accepted, suspects[shared], suspects[~settled.kept])
    kept = pq.ParquetFile(accepted).metadata.num_rows
    superseded = int((~settled.kept & ~settled.conflicting).sum())
    if kept + superseded + quarantined != records:
        raise SafetyStop(
            f"{agency.agency}: {kept} accepted + {superseded} superseded + {quarantined} quarantined "
            f"is not {records} records of one file"
        )
    reading = replace(
        rejected(Refused("", {}), agency),
        records=records,
        superseded=superseded,
        reasons=dict(sorted(reasons.items())),
        rejected=False,
        groups=frozenset(groups),
        ids_set_aside=frozenset(ids),
        unreadable=unreadable,
        unverified=unverified,
    )
    return Converted(reading, kept, quarantined)


class _Grouped:
    """Writes small tables as Parquet row groups of a decent size, without the column of places."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(path, pa.schema([field for field in schema if field.name != PLACE.name]))
        self._waiting: list[pa.Table] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        self.close()

    def write(self, table: pa.Table) -> None:
        """Add some rows."""
        self._waiting.append(table.drop_columns([PLACE.name]))
        if sum(each.num_rows for each in self._waiting) >= ROWS:
            self._flush()

    def close(self) -> None:
        """Write what waits, and the end of the file."""
        if self._writer.is_open:
            self._flush()
            self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.concat_tables(self._waiting), 2 * ROWS)
            self._waiting = []


def _slots(table: pa.Table, key: str, time: str | None) -> npt.NDArray[np.uint64]:
    keys = table[key].combine_chunks() if table.num_rows else pa.array([], pa.string())
    at = table[time].cast(pa.int64()).to_numpy() if time else np.zeros(table.num_rows, np.int64)
    return digests(keys, np.ascontiguousarray(at))


def _people(table: pa.Table) -> npt.NDArray[np.int64]:
    """An NHS number and a date of birth as one number; -1 where one of them is missing."""
    number = table["nhs_number"].fill_null(-1).to_numpy()
    born = table["date_of_birth"].cast(pa.int32()).fill_null(DAYS).to_numpy().astype(np.int64)
    result: npt.NDArray[np.int64] = np.where((number >= 0) & (born != DAYS), number * 2 * DAYS + born + DAYS, -1)
    return result


def _suspects(slots: list[npt.NDArray[np.uint64]], people: list[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """The rows that may share a slot, or an NHS number with another person, in ascending order."""
    slot = np.concatenate(slots) if slots else np.zeros(0, np.uint64)
    person = np.concatenate(people) if people else np.zeros(0, np.int64)
    ordered = np.sort(slot)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    ordered_people = np.sort(person)
    number = ordered_people // (2 * DAYS)
    shared = number[1:][(number[1:] == number[:-1]) & (ordered_people[1:] != ordered_people[:-1]) & (number[1:] >= 0)]
    suspicious = np.zeros(len(slot), np.bool_)
    if len(twice):
        suspicious |= np.isin(slot, twice)
    if len(shared):
        suspicious |= np.isin(person // (2 * DAYS), shared)
    return np.flatnonzero(suspicious)


def _taken(path: Path, rows: npt.NDArray[np.int64], places: list[npt.NDArray[np.int64]]) -> pa.Table:
    """Some rows of the accepted file, with their places."""
    file = pq.ParquetFile(path)
    few: list[pa.Table] = [file.schema_arrow.empty_table()]
    begin = 0
    for group in range(file.metadata.num_row_groups if len(rows) else 0):
        end = begin + file.metadata.row_group(group).num_rows
        mine = rows[np.searchsorted(rows, begin) : np.searchsorted(rows, end)]
        if len(mine):
            few.append(file.read_row_group(group).take(pa.array(mine - begin)))
        begin = end
    found = np.concatenate(places)[rows] if len(rows) else np.zeros(0, np.int64)
    return pa.concat_tables(few).append_column(PLACE, pa.array(found))


def _rewrite(accepted: Path, nobody: npt.NDArray[np.int64], gone: npt.NDArray[np.int64]) -> None:
    """Take numbers that are nobody's from some rows, and some rows away."""
    before = accepted.with_name(accepted.name + ".before")
    accepted.rename(before)
    file = pq.ParquetFile(before)
    begin = 0
    with pq.ParquetWriter(accepted, file.schema_arrow) as writer:
        for group in range(file.metadata.num_row_groups):
            table = file.read_row_group(group)
            mine = np.arange(begin, begin + table.num_rows)
            theirs = pa.array(np.isin(mine, nobody))
            for column, value in (("nhs_number", pa.scalar(None, pa.int64())), ("unverified", pa.scalar(True))):
                at = table.schema.get_field_index(column)
                table = table.set_column(at, table.schema.field(at), pc.if_else(theirs, value, table[column]))
            writer.write_table(table.filter(pa.array(~np.isin(mine, gone))), 2 * ROWS)
            begin += len(mine)
    before.unlink()
