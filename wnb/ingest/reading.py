"""One delivered file, whole: opened, judged row by row, settled within itself, and every record of it accounted for.

`accepted + superseded + quarantined == records`, or the night stops. A file that cannot be trusted is refused as a
whole, with a reason; nothing of it is then accepted.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.config import Agency
from wnb.errors import SafetyStop, WnbError
from wnb.ingest.conflicts import shared_numbers
from wnb.ingest.container import GROUP, Container
from wnb.ingest.contract import PLACE, Contract
from wnb.ingest.duplicates import settle
from wnb.ingest.reasons import Refused, refused, remedy
from wnb.ingest.rows import SetAside
from wnb.terms import APPOINTMENT, QUARANTINE, STATUS_ROW


@dataclass(frozen=True)
class Reading:
    """What one file says. `rows`: `terms.APPOINTMENT` or `STATUS_ROW` (and `group`, where a snapshot covers groups)."""

    rows: pa.Table  # one a slot, in file order
    quarantined: pa.Table  # terms.QUARANTINE
    records: int
    superseded: int  # within this file: the same again, or an older word on the same slot
    reasons: Mapping[str, int]  # code -> rows, or 1 for a fault of the file
    rejected: bool = False
    note: str = ""  # why it was rejected, in a sentence; never a child's data
    groups: frozenset[str] = frozenset()
    ids_set_aside: frozenset[str] = frozenset()  # of quarantined rows: they are not gone
    unreadable: bool = False  # a row set aside does not even say its id
    unverified: int = field(default=0)


def read(content: Path, name: str, agency: Agency, zone: ZoneInfo, night: date) -> Reading:
    """Read one file of the vault by the agency's contract (the version of its extract date).

    A file that no reader was ready for is refused by itself, loudly: it must not cost everybody else's night.

    `name`: as delivered, for messages and for what the content is said to be. `zone`: whose clocks local times are of.
    `night`: what is told as over for a later day cannot be true.

    Raises:
        SafetyStop: the records do not add up.
        OSError, MemoryError: the vault cannot be read, or the file is too much for this process.
    """
    try:
        return _read(content, name, agency, zone, night)
    except Refused as fault:
        return rejected(fault, agency)
    except (WnbError, OSError, MemoryError):
        raise
    except Exception as fault:  # its kind is told, never its words, which could hold a child's
        place = f"{name}: reading it failed with {type(fault).__name__}, which is a fault of the program too"
        return rejected(refused("content_type", place), agency)


def rejected(fault: Refused, agency: Agency) -> Reading:
    """The reading of a file of which nothing can be trusted."""
    schema = STATUS_ROW if agency.holds == "statuses" else APPOINTMENT
    return Reading(
        rows=schema.empty_table(),
        quarantined=QUARANTINE.empty_table(),
        records=0,
        superseded=0,
        reasons=dict(sorted(fault.reasons.items())),
        rejected=True,
        note=fault.note,
    )


def opened(content: Path, name: str, agency: Agency, zone: ZoneInfo) -> Container:
    """The file as the container that the agency declares. Each kind is loaded only where it is used."""
    match agency.extract.format:
        case "csv":
            from wnb.ingest.source import Source
            from wnb.ingest.text import DelimitedFile

            return DelimitedFile(Source(content, name, agency.extract.encoding), agency)
        case "excel":
            from wnb.ingest.excel import Workbook

            return Workbook(content, name, agency)
        case "parquet":
            from wnb.ingest.parquet import ParquetFile

            return ParquetFile(content, name, agency, zone)
        case "fhir-ndjson":
            from wnb.ingest.fhir import FhirFile

            return FhirFile(content, name, agency, zone)


def _read(content: Path, name: str, agency: Agency, zone: ZoneInfo, night: date) -> Reading:
    container = opened(content, name, agency, zone)
    contract: Contract | None = None
    tables: list[pa.Table] = []
    aside: list[SetAside] = []
    structural: Counter[str] = Counter()
    records = 0
    for rows, broken in container.blocks():
        contract = contract or Contract.of(agency, container, zone, night)
        judged = contract.judge(rows)
        records += len(rows) + len(broken)
        structural.update(record.reason for record in broken)
        aside += broken + judged.set_aside
        tables.append(judged.rows)
    contract = contract or Contract.of(agency, container, zone, night)
    contract.close()
    table = contract.complete(tables)
    reasons = Counter(container.warnings) + structural + contract.reasons
    table = _told_apart(table, reasons)
    settled = settle(table, contract.key, None if agency.holds == "statuses" else "appointment_at")
    if settled.exact:
        reasons["exact_duplicate"] += settled.exact
    if settled.conflicting.any():
        reasons["conflicting_duplicate"] += int(settled.conflicting.sum())
        aside += conflicting(table.filter(pa.array(settled.conflicting)), container, contract)
    superseded = int((~settled.kept & ~settled.conflicting).sum())
    rows_kept = table if settled.kept.all() else table.filter(pa.array(settled.kept))
    groups = frozenset(pc.unique(table[GROUP]).drop_null().to_pylist()) if GROUP in table.column_names else frozenset()
    rows_kept = rows_kept.drop_columns([PLACE.name])
    if rows_kept.num_rows + superseded + len(aside) != records:
        raise SafetyStop(
            f"{agency.agency}: {rows_kept.num_rows} accepted + {superseded} superseded + {len(aside)} quarantined "
            f"is not {records} records of one file"
        )
    aside.sort(key=lambda record: record.line)
    return Reading(
        rows=rows_kept,
        quarantined=quarantine(name, aside),
        records=records,
        superseded=superseded,
        reasons=dict(sorted(reasons.items())),
        groups=groups,
        ids_set_aside=frozenset(record.key for record in aside if record.key),
        unreadable=any(not record.key for record in aside),
        unverified=int(pc.sum(rows_kept["unverified"]).as_py() or 0),
    )


def _told_apart(table: pa.Table, reasons: Counter[str]) -> pa.Table:
    """Rows whose NHS number the file gives to two people are nobody's by it."""
    shared = shared_numbers(table)
    if not shared.any():
        return table
    reasons["identity_conflict"] += int(shared.sum())
    return nobodys(table, pa.array(shared))


def nobodys(table: pa.Table, mask: pa.Array) -> pa.Table:
    """The rows, some of them without their NHS number and unverified."""
    for column, value in (("nhs_number", pa.scalar(None, pa.int64())), ("unverified", pa.scalar(True))):
        at = table.schema.get_field_index(column)
        table = table.set_column(at, table.schema.field(at), pc.if_else(mask, value, table[column]))
    return table


def conflicting(table: pa.Table, container: Container, contract: Contract) -> list[SetAside]:
    """Rows of which nobody may choose one, set aside as they were delivered."""
    raws = container.raws(table[PLACE.name].to_pylist())
    lines, keys = table["line"].to_pylist(), table[contract.key].to_pylist()
    column = contract.names.get(contract.key, "")
    return [
        SetAside(line, column, "conflicting_duplicate", raw, key)
        for line, raw, key in zip(lines, raws, keys, strict=True)
    ]


def quarantine(name: str, aside: list[SetAside]) -> pa.Table:
    """Records set aside, with what to do about them, as `terms.QUARANTINE`."""
    remedies = {reason: remedy(reason) for reason in {record.reason for record in aside}}
    columns = {
        "file": [name] * len(aside),
        "line": np.array([record.line for record in aside], np.int32),
        "column": [record.column for record in aside],
        "reason": [record.reason for record in aside],
        "remedy": [remedies[record.reason] for record in aside],
        "raw": [record.raw for record in aside],
    }
    return pa.table(columns, schema=QUARANTINE)
