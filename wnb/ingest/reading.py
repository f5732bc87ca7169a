"""One delivered file, whole: opened, judged row by row, settled within itself, and every record of it accounted for.

`accepted + superseded + quarantined == records`, or the night stops. A file that cannot be trusted is refused as a
whole, with a reason; nothing of it is then accepted.

There is one way to read: `in_pieces`, in memory that does not grow with the file. What is judged is laid down block by
block; the few rows that share a slot or an NHS number are looked up again and settled among themselves; then all rows
are handed on, a piece at a time. `read` is the same with the pieces put together.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from wnb.agency import Agency
from wnb.errors import SafetyStop, WnbError
from wnb.ingest.alike import Alike
from wnb.ingest.conflicts import shared_numbers
from wnb.ingest.container import GROUP, Container
from wnb.ingest.contract import Contract
from wnb.ingest.duplicates import settle
from wnb.ingest.findings import PLACE
from wnb.ingest.packing import unpacked
from wnb.ingest.quarantine import Quarantine
from wnb.ingest.reasons import Refused, refused
from wnb.ingest.rows import SetAside
from wnb.ingest.spool import Spool
from wnb.ingest.verdict import Reading, rejected
from wnb.terms import KEY, QUARANTINE, SLOT


@dataclass(frozen=True)
class InPieces:
    """A file that was read: `reading` tells of it, with empty tables; their rows come in pieces, in file order."""

    reading: Reading
    accepted: int
    quarantined: int
    rows: Callable[[], Iterator[pa.Table]]
    set_aside: Callable[[], Iterator[pa.Table]]


IN_MEMORY = 64 << 20  # bytes of judged rows that need no file


def read(content: Path, name: str, agency: Agency, zone: ZoneInfo, night: date) -> Reading:
    """Read one file of the vault by the agency's contract, wholly into memory. See `in_pieces`."""
    with in_pieces(content, name, agency, zone, night, in_memory=1 << 62) as told:
        rows = pa.concat_tables([told.reading.rows, *told.rows()])
        return replace(
            told.reading, rows=rows, quarantined=pa.concat_tables([QUARANTINE.empty_table(), *told.set_aside()])
        )


@contextmanager
def in_pieces(
    content: Path, name: str, agency: Agency, zone: ZoneInfo, night: date, in_memory: int = IN_MEMORY
) -> Iterator[InPieces]:
    """Read one file of the vault by the agency's contract (the version of its extract date).

    A file that no reader was ready for is refused by itself, loudly: it must not cost everybody else's night.

    `name`: as delivered, for messages and for what the content is said to be. `zone`: whose clocks local times are of.
    `night`: what is told as over for a later day cannot be true. `in_memory`: bytes of accepted rows, and eight times
    those of rows set aside, above which they wait in a passing file.

    Raises:
        SafetyStop: the records do not add up.
        OSError, MemoryError: the vault cannot be read, or the file is too much for this process or its disk.
    """
    with ExitStack() as kept:
        try:
            told = _read(content, name, agency, zone, night, in_memory, kept)
        except Refused as fault:
            told = _of_nothing(rejected(fault, agency))
        except (WnbError, OSError, MemoryError):
            raise
        except Exception as fault:  # its kind is told, never its words, which could hold a child's
            place = f"{name}: reading it failed with {type(fault).__name__}, which is a fault of the program too"
            told = _of_nothing(rejected(refused("content_type", place), agency))
        yield told


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


def _of_nothing(reading: Reading) -> InPieces:
    return InPieces(reading, 0, 0, lambda: iter(()), lambda: iter(()))


def _read(
    content: Path, name: str, agency: Agency, zone: ZoneInfo, night: date, in_memory: int, kept: ExitStack
) -> InPieces:
    if agency.extract.format in ("excel", "parquet"):  # they are read to and fro; text is unpacked as it comes
        content = kept.enter_context(unpacked(content, name))
    container = opened(content, name, agency, zone)
    time = SLOT[agency.holds]
    contract: Contract | None = None
    judged = kept.enter_context(Spool(in_memory))
    aside = Quarantine(name, kept.enter_context(Spool(in_memory // 8)), agency.holds)
    structural: Counter[str] = Counter()
    groups: set[str] = set()
    records = unverified = 0
    with Alike(KEY[agency.holds], time) as alike:
        for rows, broken in container.blocks():
            contract = contract or Contract.of(agency, container, zone, night)
            told = contract.judge(rows)
            records += len(rows) + len(broken)
            structural.update(record.reason for record in broken)
            aside.add(broken + told.set_aside)
            alike.add(told.rows)
            unverified += int(pc.sum(told.rows["unverified"]).as_py() or 0)
            if GROUP in told.rows.column_names:
                groups |= set(pc.unique(told.rows[GROUP]).drop_null().to_pylist())
            judged.add(told.rows)
        contract = contract or Contract.of(agency, container, zone, night)
        contract.close()
        again = alike.rows()
    reasons = Counter(container.warnings) + structural + contract.reasons
    few = contract.complete([table for _, table in _taken(judged, again)])
    shared = shared_numbers(few)
    if shared.any():  # rows whose NHS number the file gives to two people are nobody's by it
        reasons["identity_conflict"] += int(shared.sum())
    settled = settle(_nobodys(few, shared), contract.key, time)
    if settled.exact:
        reasons["exact_duplicate"] += settled.exact
    if settled.conflicting.any():
        reasons["conflicting_duplicate"] += int(settled.conflicting.sum())
        aside.add_last(_conflicting(few.filter(pa.array(settled.conflicting)), container, contract))
    was = few["unverified"].to_numpy()
    unverified += int((shared & ~was & settled.kept).sum()) - int((was & ~settled.kept).sum())
    accepted = judged.rows - int((~settled.kept).sum())
    superseded = int((~settled.kept & ~settled.conflicting).sum())
    if accepted + superseded + len(aside) != records:
        raise SafetyStop(
            f"{agency.agency}: {accepted} accepted + {superseded} superseded + {len(aside)} quarantined "
            f"is not {records} records of one file"
        )
    reading = Reading(
        rows=_without_place(contract.schema.empty_table()),
        quarantined=QUARANTINE.empty_table(),
        records=records,
        superseded=superseded,
        reasons=dict(sorted(reasons.items())),
        groups=frozenset(groups),
        ids_set_aside=frozenset(aside.ids),
        unreadable=aside.unreadable,
        unverified=unverified,
    )
    rows_of = partial(_accepted, judged, contract, again[shared], again[~settled.kept])
    return InPieces(reading, accepted, len(aside), rows_of, aside.pieces)


def _taken(judged: Spool, rows: npt.NDArray[np.int64]) -> Iterator[tuple[int, pa.Table]]:
    """Some rows (ascending), each piece's with the number of its first row."""
    begin = 0
    for piece in judged if len(rows) else ():
        end = begin + piece.num_rows
        mine = _between(rows, begin, end)
        if len(mine):
            yield begin, piece.take(pa.array(mine))
        begin = end


def _between(rows: npt.NDArray[np.int64], begin: int, end: int) -> npt.NDArray[np.int64]:
    """Those of ascending row numbers from `begin` up to `end`, counted from `begin`."""
    result: npt.NDArray[np.int64] = rows[np.searchsorted(rows, begin) : np.searchsorted(rows, end)] - begin
    return result


def _accepted(
    judged: Spool, contract: Contract, nobody: npt.NDArray[np.int64], gone: npt.NDArray[np.int64]
) -> Iterator[pa.Table]:
    """The accepted rows, without numbers that are nobody's and without rows that are gone."""
    begin = 0
    for piece in judged:
        end = begin + piece.num_rows
        if len(theirs := _between(nobody, begin, end)):
            mask = np.zeros(piece.num_rows, np.bool_)
            mask[theirs] = True
            piece = _nobodys(piece, mask)
        if len(away := _between(gone, begin, end)):
            stays = np.ones(piece.num_rows, np.bool_)
            stays[away] = False
            piece = piece.filter(pa.array(stays))
        begin = end
        yield _without_place(contract.complete([piece]))


def _without_place(table: pa.Table) -> pa.Table:
    return table.drop_columns([PLACE.name])


def _nobodys(table: pa.Table, mask: npt.NDArray[np.bool_]) -> pa.Table:
    """The rows, some of them without their NHS number and unverified."""
    if not mask.any():
        return table
    for column, value in (("nhs_number", pa.scalar(None, pa.int64())), ("unverified", pa.scalar(True))):
        at = table.schema.get_field_index(column)
        table = table.set_column(at, table.schema.field(at), pc.if_else(pa.array(mask), value, table[column]))
    return table


def _conflicting(table: pa.Table, container: Container, contract: Contract) -> Iterator[SetAside]:
    """Rows of which nobody may choose one, set aside as they were delivered."""
    raws = container.raws(table[PLACE.name].to_pylist())
    column = contract.names.get(contract.key, "")
    for line, raw, key in zip(table["line"], raws, table[contract.key], strict=True):
        yield SetAside(line.as_py(), column, "conflicting_duplicate", raw, key.as_py())
