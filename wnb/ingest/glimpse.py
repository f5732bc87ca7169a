"""A look at a file that nobody has described yet: its container, its encoding, its delimiter, its header, some rows.

Only for proposals to a person (`wnb agency suggest`, `wnb agency diff`): the nightly reading guesses nothing.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path

from wnb.ingest.archive import look_over
from wnb.ingest.container import kind_of, tidy
from wnb.ingest.encodings import Encoded, encoded
from wnb.ingest.fhir_resources import CODES
from wnb.ingest.mixed_dates import DATE, Cell, Mixture, kind_of_cell, letters
from wnb.ingest.packing import unpacked
from wnb.ingest.profile import Profile
from wnb.ingest.reasons import Refused
from wnb.ingest.source import Source
from wnb.ingest.text_shape import MOST_ROWS, header_at, laid_out

MOST_BYTES = 16 << 20
STATUSES = {code for code in CODES if ":" not in code}
TEXT = "ask the agency for CSV, .xlsx, Parquet or FHIR NDJSON"


@dataclass(frozen=True)
class Glimpse:
    """What a file looks like. `rows`: cells as text, as many as the header has names; `doubts`: in words, for a
    person.
    """

    format: str
    header: list[str]
    rows: list[list[str]]
    encoding: Encoded = field(default_factory=lambda: Encoded("utf-8", ""))
    delimiter: str = ","
    delimiter_evidence: str = ""
    header_after: int = 0
    trailer: str = ""
    sheet: str = ""  # where the first that can be seen is not the one
    typed: frozenset[int] = frozenset()  # columns that the container types as dates
    mixed: dict[str, str] = field(default_factory=dict)  # column of dates and other cells -> that, in words
    whole: bool = True  # every row was looked at
    resources: Counter[str] = field(default_factory=Counter)  # of FHIR: kind, and status of Appointments
    doubts: list[str] = field(default_factory=list)

    @cached_property
    def columns(self) -> list[Profile]:
        """Every column with what it holds, in their order."""
        return [
            Profile(name, [row[at].strip() for row in self.rows], at in self.typed)
            for at, name in enumerate(self.header)
        ]

    def column(self, name: str) -> Profile | None:
        """The column of this name; None where there is none."""
        return next((column for column in self.columns if tidy(column.name) == tidy(name)), None)


def glimpse(content: Path, name: str) -> Glimpse:
    """Look at the beginning of a file.

    Raises:
        ValueError: it is of a kind that no extract is; said in words, without anything of its rows.
    """
    source = Source(content, name, "utf-8")
    try:
        head = source.head()
        if not head.strip():
            raise ValueError(f"{name} is empty")
        if head.startswith((b"PAR1", b"PK")):
            with unpacked(content, name) as path:
                return _parquet(path, name) if head.startswith(b"PAR1") else _workbook(path, name)
        if words := kind_of(head):
            raise ValueError(f"{name} is {words}: {TEXT}")
        data, whole = _begin(source)
    except Refused as fault:
        raise ValueError(fault.note) from None
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return _fhir(data, name, whole)
    return _text(data, name, whole)


def _begin(source: Source) -> tuple[bytes, bool]:
    """The first bytes of a file, unpacked and else as they are, and whether that is all of it."""
    if not source.packed:
        with source.content.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        return data[:MOST_BYTES], len(data) <= MOST_BYTES
    data = b""
    for piece, final in source.blocks():
        data += piece
        if final or len(data) > MOST_BYTES:
            return data[:MOST_BYTES], final and len(data) <= MOST_BYTES
    return data, True


def _text(data: bytes, name: str, whole: bool) -> Glimpse:
    by = encoded(data, whole)
    text = data.decode("utf-8-sig" if by.encoding == "utf-8" else by.encoding, "backslashreplace")
    try:
        layout = laid_out(text.removeprefix("\ufeff").encode(), whole)
    except ValueError as strange:
        raise ValueError(f"{name}: {strange}") from None
    return Glimpse(
        "csv",
        layout.header,
        layout.rows,
        encoding=by,
        delimiter=layout.delimiter,
        delimiter_evidence=layout.evidence,
        header_after=layout.before,
        trailer=layout.trailer,
        whole=whole and len(layout.rows) < MOST_ROWS - 100,
        doubts=list(layout.doubts),
    )


def _workbook(content: Path, name: str) -> Glimpse:
    import python_calamine

    look_over(content, name)
    try:
        book = python_calamine.CalamineWorkbook.from_path(content)
    except python_calamine.CalamineError:
        raise ValueError(f"{name} is not a workbook that can be read: {TEXT}") from None
    sheets = [s for s in book.sheets_metadata if s.typ == python_calamine.SheetTypeEnum.WorkSheet]
    seen = [s.name for s in sheets if s.visible == python_calamine.SheetVisibleEnum.Visible]
    tables: dict[str, Glimpse] = {}
    said = f"{name} has no sheet that can be seen"
    for sheet in seen:
        opened = book.get_sheet_by_name(sheet)
        lines = [row for row, _ in zip(opened.iter_rows(), range(MOST_ROWS), strict=False)]
        try:
            tables[sheet] = _sheet(lines, opened.start[1] if opened.start else 0)
        except ValueError as strange:
            said = f'{name}, sheet "{sheet}": {strange}'
    if not tables:
        raise ValueError(said)
    chosen = max(tables, key=lambda sheet: len(tables[sheet].rows) * len(tables[sheet].header))
    others = [s.name for s in sheets if s.name != chosen and book.get_sheet_by_name(s.name).end is not None]
    found = tables[chosen]
    if others:
        found.doubts.append(
            f"{len(others)} other sheets hold something: each night says so, until they are gone, or are named under "
            "other_sheets, since they never hold records"
        )
    return Glimpse(
        "excel", found.header, found.rows, header_after=found.header_after, typed=found.typed, mixed=found.mixed,
        whole=found.whole, sheet="" if chosen == seen[0] else chosen, doubts=found.doubts,
    )  # fmt: skip


def _sheet(lines: Sequence[Sequence[Cell]], left: int) -> Glimpse:
    texts = [[_cell(cell) for cell in row] for row in lines]
    first = header_at(texts)
    header = [tidy(cell) for cell in texts[first]]
    body = [at for at in range(first + 1, len(lines)) if any(texts[at])]
    columns = {at: Mixture() for line in body for at, cell in enumerate(lines[line]) if isinstance(cell, date)}
    for line in body:
        for at, held in columns.items():
            held.add(line + 1, kind_of_cell(lines[line][at], _cell), lines[line][at], _cell)
    blank = not any(any(row) for row in texts[:first])
    return Glimpse(
        "excel",
        header,
        [texts[at] for at in body],
        header_after=0 if blank else first,
        typed=frozenset(at for at, held in columns.items() if DATE not in held.strays),
        mixed={
            header[at]: f"{held.words} ({held.places(letters(left + at + 1))})"
            for at, held in columns.items()
            if held.mixed
        },
        whole=len(lines) < MOST_ROWS,
    )


def _parquet(content: Path, name: str) -> Glimpse:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(content)
        batch = next(file.iter_batches(batch_size=MOST_ROWS), None)
        names, types = list(file.schema_arrow.names), [str(kind) for kind in file.schema_arrow.types]
        rows = [["" if v is None else _cell(v) for v in row.values()] for row in batch.to_pylist()] if batch else []
    except (pa.ArrowException, OSError):
        raise ValueError(f"{name} cannot be read as Parquet: ask the agency to send it again") from None
    typed = frozenset(at for at, kind in enumerate(types) if re.match("date|timestamp", kind))
    zoned = [names[at] for at in typed if "tz=" in types[at]]
    doubts = [f"times with a zone are turned to the partnership's own clocks: {', '.join(zoned)}"] if zoned else []
    whole = file.metadata.num_rows <= MOST_ROWS
    return Glimpse("parquet", names, rows, typed=typed, whole=whole, doubts=doubts)


def _fhir(data: bytes, name: str, whole: bool) -> Glimpse:
    """Kinds of resources and statuses of appointments: counts, and nothing of any patient."""
    kinds: Counter[str] = Counter()
    for resource in _resources(data, whole):
        kind = resource.get("resourceType")
        kinds[kind if isinstance(kind, str) and kind.isalpha() and len(kind) < 40 else "something else"] += 1
        if kind == "Appointment":
            status = resource.get("status")
            kinds[f"status {status if status in STATUSES else 'of another kind'}"] += 1
            kinds["cancelled without a reason"] += status == "cancelled" and not resource.get("cancelationReason")
    if not kinds["Appointment"]:
        raise ValueError(f"{name} is JSON without an Appointment of FHIR R4: {TEXT}")
    return Glimpse("fhir-ndjson", [], [], resources=+kinds, whole=whole)


def _resources(data: bytes, whole: bool) -> Iterator[dict[str, object]]:
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    texts = [data] if whole and len(lines) > 1 and lines[0].strip() in (b"{", b"[") else lines
    for text in texts:
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            continue
        entries = told.get("entry") if isinstance(told, dict) and told.get("resourceType") == "Bundle" else None
        found = [entry.get("resource") for entry in entries if isinstance(entry, dict)] if entries else [told]
        yield from (each for each in found if isinstance(each, dict))


def _cell(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, time):
        return f"{cell:%H:%M:%S}"
    return str(cell)
