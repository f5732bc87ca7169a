"""A look at a file that nobody has described yet: its container, its encoding, its delimiter, its header, some rows.

Only for proposals to a person (`wnb agency suggest`, `wnb agency diff`): the nightly reading guesses nothing.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from wnb.ingest.container import kind_of, tidy
from wnb.ingest.header import header_cells
from wnb.ingest.source import MARKS, Source

MOST_ROWS = 5_000
MOST_BYTES = 4 << 20
DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True)
class Glimpse:
    """What a file looks like. `rows`: cells as text, as many as the header has names; `doubts`: in words, for a
    person.
    """

    format: str
    header: list[str]
    rows: list[list[str]]
    encoding: str = "utf-8"
    delimiter: str = ","
    header_after: int = 0
    typed: frozenset[int] = frozenset()  # columns that the container types as dates
    doubts: list[str] = field(default_factory=list)

    def column(self, at: int) -> list[str]:
        """The values of one column that are not empty."""
        return [row[at].strip() for row in self.rows if row[at].strip()]


def glimpse(content: Path, name: str) -> Glimpse:
    """Look at the beginning of a file.

    Raises:
        ValueError: it is of a kind that no extract is; said in words.
    """
    with content.open("rb") as file:
        head = file.read(512)
    if not head.strip():
        raise ValueError(f"{name} is empty")
    if head.startswith(b"PK"):
        return _workbook(content)
    if head.startswith(b"PAR1"):
        return _parquet(content)
    if head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{"):
        return Glimpse("fhir-ndjson", [], [])
    packed = name.lower().endswith(".gz")
    if (words := kind_of(head)) and not (packed and words == "gzip"):
        raise ValueError(f"{name} is {words}: ask the agency for CSV, .xlsx, Parquet or FHIR NDJSON")
    return _text(content, name)


def _text(content: Path, name: str) -> Glimpse:
    raw = Source(content, name, "utf-8").head(MOST_BYTES)
    doubts: list[str] = []
    encoding = next((by for mark, by in MARKS if raw.startswith(mark)), "")
    if not encoding:
        encoding = "utf-8"
        try:
            raw[: raw.rfind(b"\n") + 1 or len(raw)].decode("utf-8")
        except UnicodeDecodeError as wrong:
            encoding = "cp1252"
            doubts.append(
                f"byte {wrong.start} is {raw[wrong.start]:#x}, not UTF-8: ask how the agency encodes its files"
            )
    data = raw.decode(encoding, "backslashreplace").encode().removeprefix(b"\xef\xbb\xbf")
    delimiter, header_after, lines = _layout(data)
    cells = [tidy(cell) for cell in lines[header_after]]
    rows = [row for row in lines[header_after + 1 :] if len(row) == len(cells)]
    others = len(lines) - header_after - 1 - len(rows)
    if others:
        doubts.append(f"{others} lines have other fields than the header: a title, a trailer, or a fault")
    if header_after:
        doubts.append(f"the header seems to stand after {header_after} lines")
    return Glimpse(
        "csv", cells, rows, "utf-8" if encoding.startswith("utf-") else encoding, delimiter, header_after, doubts=doubts
    )


def _layout(data: bytes) -> tuple[str, int, list[list[str]]]:
    """The delimiter that cuts most lines alike, the header's line, and the lines cut by it."""
    best: tuple[int, str, int, list[list[str]]] = (-1, ",", 0, [[]])
    for delimiter in DELIMITERS:
        lines: list[list[str]] = []
        at = 0
        while at < len(data) and len(lines) < MOST_ROWS:
            cells, at, _ = header_cells(data, at, delimiter.encode())
            lines.append(cells)
        widths = Counter(len(cells) for cells in lines if len(cells) > 1)
        if not widths:
            continue
        width, many = widths.most_common(1)[0]
        first = next(at for at, cells in enumerate(lines) if len(cells) == width)
        if many * width > best[0]:
            best = (many * width, delimiter, first, lines)
    return best[1:]


def _workbook(content: Path) -> Glimpse:
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(content)
    sheet = book.get_sheet_by_index(0)
    lines = [row for _, row in zip(range(MOST_ROWS), sheet.iter_rows(), strict=False)]
    first = next((at for at, row in enumerate(lines) if sum(cell != "" for cell in row) > max(1, len(row) // 2)), 0)
    header = [tidy(str(cell)) for cell in lines[first]] if lines else []
    body = [row for row in lines[first + 1 :] if any(cell != "" for cell in row)]
    typed = frozenset(at for at in range(len(header)) if any(isinstance(row[at], date) for row in body))
    doubts = [f"other sheets: {', '.join(book.sheet_names[1:])}"] if len(book.sheet_names) > 1 else []
    rows = [[_cell(cell) for cell in row] for row in body]
    return Glimpse("excel", header, rows, header_after=first, typed=typed, doubts=doubts)


def _parquet(content: Path) -> Glimpse:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(content)
    batch = next(file.iter_batches(batch_size=MOST_ROWS))
    rows = [["" if value is None else _cell(value) for value in row.values()] for row in batch.to_pylist()]
    names = list(batch.schema.names)
    typed = frozenset(at for at, kind in enumerate(batch.schema.types) if re.match("date|timestamp", str(kind)))
    return Glimpse("parquet", names, rows, typed=typed)


def _cell(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return str(cell)
