"""A file of any length to Parquet in level memory: accepted rows and rows set aside, as `reading.read` would have
them.

Blocks are judged and written as they come. Of each accepted row only sixteen bytes stay in memory: by these the few
rows are found that share a slot or an NHS number with another, and only those are read again and settled among
themselves.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
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
from wnb.ingest.reading import Reading, conflicting, nobodys, opened, quarantine, rejected
from wnb.ingest.reasons import Refused
from wnb.terms import QUARANTINE

ROWS = 122_880  # of a group of the Parquet file
BITS = 18
DAYS = 1 << (BITS - 1)  # more days than there are between any date of birth and 1970


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
    structural: Counter[str] = Counter()
    ids: set[str] = set()
    groups: set[str] = set()
    records = quarantined = unverified = 0
    unreadable = False
    contract: Contract | None = None
    first = accepted.with_name(accepted.name + ".first")
    with ExitStack() as files:
        files.callback(first.unlink, missing_ok=True)
        aside_file = files.enter_context(pq.ParquetWriter(set_aside, QUARANTINE))
        rows_file: pa.ipc.RecordBatchFileWriter | None = None
        for rows, broken in container.blocks():
            contract = contract or Contract.of(agency, container, zone, night)
            judged = contract.judge(rows)
            table = judged.rows
            records += len(rows) + len(broken)
            structural.update(record.reason for record in broken)
            if aside := sorted([*broken, *judged.set_aside], key=lambda record: record.line):
                quarantined += len(aside)
                ids |= {record.key for record in aside if record.key}
                unreadable |= any(not record.key for record in aside)
                aside_file.write_table(quarantine(name, aside))
            slots.append(_slots(table, contract.key, time))
            people.append(_people(table))
            unverified += int(pc.sum(table["unverified"]).as_py() or 0)
            if GROUP in table.column_names:
                groups |= set(pc.unique(table[GROUP]).drop_null().to_pylist())
            rows_file = rows_file or files.enter_context(pa.ipc.new_file(first, table.schema))
            rows_file.write_table(table)
        contract = contract or Contract.of(agency, container, zone, night)
        contract.close()
        reasons = Counter(container.warnings) + structural + contract.reasons
        batches = _Batches()
        if rows_file is not None:
            rows_file.close()
            batches = _Batches(pa.ipc.open_file(files.enter_context(pa.OSFile(str(first)))))
        suspects = _suspects(slots, people)
        few = contract.complete([table for _, table in _taken(batches, suspects)])
        shared, settled = shared_numbers(few), settle(few, contract.key, time)
        for reason, number in (
            ("identity_conflict", int(shared.sum())),
            ("exact_duplicate", settled.exact),
            ("conflicting_duplicate", int(settled.conflicting.sum())),
        ):
            if number:
                reasons[reason] += number
        if settled.conflicting.any():
            again = conflicting(few.filter(pa.array(settled.conflicting)), container, contract)
            quarantined += len(again)
            ids |= {record.key for record in again}
            aside_file.write_table(quarantine(name, again))
        was = few["unverified"].to_numpy()
        unverified += int((shared & ~was & settled.kept).sum()) - int((was & ~settled.kept).sum())
        kept = _write(accepted, batches, contract, suspects[shared], suspects[~settled.kept])
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


@dataclass(frozen=True)
class _Batches:
    """What was written first, read anew (and let go) as often as it is gone through."""

    told: Any = None

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for index in range(self.told.num_record_batches if self.told else 0):
            yield self.told.get_batch(index)


def _slots(table: pa.Table, key: str, time: str | None) -> npt.NDArray[np.uint64]:
    keys = table[key].combine_chunks() if table.num_rows else pa.array([], pa.string())
    at = table[time].cast(pa.int64()).to_numpy() if time else np.zeros(table.num_rows, np.int64)
    return digests(keys, np.ascontiguousarray(at))


def _people(table: pa.Table) -> npt.NDArray[np.int64]:
    """An NHS number and a date of birth as one number, the number alone first of its own; -1 where there is none."""
    if not {"nhs_number", "date_of_birth"} <= set(table.column_names):
        return np.full(table.num_rows, -1)
    number = table["nhs_number"].fill_null(-1).to_numpy()
    born = table["date_of_birth"].cast(pa.int32()).fill_null(-DAYS).to_numpy().astype(np.int64)
    result: npt.NDArray[np.int64] = np.where(number >= 0, (number << BITS) + born + DAYS, -1)
    return result


def _suspects(slots: list[npt.NDArray[np.uint64]], people: list[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """The rows that may share a slot, or an NHS number with another person, in ascending order."""
    if not slots:
        return np.zeros(0, np.int64)
    ordered = np.concatenate(slots)
    ordered.sort()
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    whose = np.concatenate(people)
    whose.sort()
    known = (whose[:-1] >= 0) & (whose[:-1] & (2 * DAYS - 1) != 0)  # a number, and a date of birth with it
    another = known & (whose[1:] != whose[:-1]) & (whose[1:] >> BITS == whose[:-1] >> BITS)
    shared = np.unique(whose[1:][another] >> BITS)
    rows: list[npt.NDArray[np.int64]] = []
    begin = 0
    for slot, person in zip(slots, people, strict=True):
        mine = np.flatnonzero(_among(slot, twice) | _among(person >> BITS, shared))
        rows.append(mine + begin)
        begin += len(slot)
    return np.concatenate(rows)


def _among(values: npt.NDArray[Any], few: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which values are among a few, which are in ascending order."""
    if not len(few):
        return np.zeros(len(values), np.bool_)
    result: npt.NDArray[np.bool_] = few[np.minimum(np.searchsorted(few, values), len(few) - 1)] == values
    return result


def _taken(batches: Iterable[pa.RecordBatch], rows: npt.NDArray[np.int64]) -> Iterator[tuple[int, pa.Table]]:
    """Some rows (ascending), each batch's with the number of its first row."""
    begin = 0
    for batch in batches:
        end = begin + batch.num_rows
        mine = rows[np.searchsorted(rows, begin) : np.searchsorted(rows, end)]
        if len(mine):
            yield begin, pa.Table.from_batches([batch.take(pa.array(mine - begin))])
        begin = end


def _write(
    accepted: Path,
    batches: Iterable[pa.RecordBatch],
    contract: Contract,
    nobody: npt.NDArray[np.int64],
    gone: npt.NDArray[np.int64],
) -> int:
    """The accepted rows, without numbers that are nobody's and rows that are gone; how many there are."""
    schema = pa.schema([field for field in contract.schema if field.name != PLACE.name])
    begin = kept = 0
    waiting: list[pa.Table] = []
    once = ("appointment_id", "status_id", "line", "nhs_number_as_given", "child_local_id")  # hardly a value twice
    repeating = [field.name for field in schema if pa.types.is_string(field.type) and field.name not in once]
    with pq.ParquetWriter(accepted, schema, use_dictionary=repeating, write_statistics=False) as writer:
        for batch in batches:
            table = contract.complete([pa.Table.from_batches([batch])])
            mine = np.arange(begin, begin + table.num_rows)
            begin += table.num_rows
            if (theirs := np.isin(mine, nobody)).any():
                table = nobodys(table, pa.array(theirs))
            if (away := np.isin(mine, gone)).any():
                table = table.filter(pa.array(~away))
            kept += table.num_rows
            waiting.append(table.drop_columns([PLACE.name]))
            if sum(each.num_rows for each in waiting) >= ROWS:
                writer.write_table(pa.concat_tables(waiting), 2 * ROWS)
                waiting = []
        if waiting:
            writer.write_table(pa.concat_tables(waiting), 2 * ROWS)
    return kept
