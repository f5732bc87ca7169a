"""A Parquet file through pyarrow: cut, damaged or swollen ones refused, its types turned into text or moments, no
guessing.
"""

import json
import mmap
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wnb.agency import Agency
from wnb.ingest.clocks import Clocks
from wnb.ingest.container import kind_of, match, not_what_it_says, wanted
from wnb.ingest.moments import Form
from wnb.ingest.reasons import refused
from wnb.ingest.rows import Moments, Rows, SetAside, Text

MAGIC = b"PAR1"
BLOCK = 1 << 16
BEGUN_AGAIN = re.compile(rb"PAR1(?:PAR1|\x15)")
"""A file's mark twice, at the end of one and the beginning of another, or before the first byte of a page."""
WHOLE = 1 << 53
RATIO, FREE = 200, 1 << 30


@dataclass
class ParquetFile:
    """An opened Parquet file. See `container.Container`. `line` is the row, from 1."""

    content: Path
    name: str
    agency: Agency
    zone: ZoneInfo
    names: dict[str, str] = field(default_factory=dict)
    warnings: Counter[str] = field(default_factory=Counter)
    forms: Mapping[str, Form] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        size = self.content.stat().st_size
        with self.content.open("rb") as file:
            head = file.read(512)
            file.seek(max(0, size - 4))
            tail = file.read(4)
        if not head:
            raise refused("empty_file", f"{self.name} has 0 bytes")
        if not head.startswith(MAGIC):
            raise not_what_it_says(kind_of(head) or "not Parquet", self.name)
        if tail != MAGIC or size < 12:
            raise refused("truncated", f"{self.name} has no end")
        try:
            self._file = pq.ParquetFile(
                self.content,
                page_checksum_verification=True,
                coerce_int96_timestamp_unit="us",  # of nanoseconds there are too few: the year 2600 would be 2015
                memory_map=False,
            )
        except MemoryError:
            raise
        except (pa.ArrowException, OSError, UnicodeError):  # of the last kind is a column's name that is no text
            raise refused("content_type", f"{self.name} cannot be read as Parquet", {"checksum": 1}) from None
        metadata = self._file.metadata
        unpacked = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
        if unpacked > max(FREE, RATIO * size):
            raise refused("expansion_ratio", f"{self.name} unpacks {size:,} bytes to {unpacked:,}")
        self._refuse_another_before(metadata, size)
        self._clocks = Clocks(self.zone)

    def _refuse_another_before(self, metadata: pq.FileMetaData, size: int) -> None:
        """Two files written one behind the other: by its end alone the second would be read, and the first be gone."""
        groups = map(metadata.row_group, range(metadata.num_row_groups))
        chunks = [group.column(at) for group in groups for at in range(group.num_columns)]
        ends = [
            min(chunk.data_page_offset, chunk.dictionary_page_offset or chunk.data_page_offset)
            + chunk.total_compressed_size
            for chunk in chunks
        ]
        begin = min(max(ends, default=len(MAGIC)), size)  # what lies behind is indexes, and the description of it all
        with self.content.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            if BEGUN_AGAIN.search(whole, begin):
                raise refused("content_type", f"{self.name} is more than one Parquet file, one behind the other")

    def blocks(self) -> Iterator[tuple[Rows, list[SetAside]]]:
        """See `container.Container`."""
        cells = self._file.schema_arrow.names
        found = match(cells, wanted(self.agency), self.name)
        self.names = {ours: cells[at] for ours, at in found.items()}
        row = 0
        for batch in self._batches():
            text: dict[str, Text] = {}
            typed: dict[str, Moments] = {}
            for ours, at in found.items():
                column = batch.column(at)
                if hasattr(getattr(self.agency.columns, ours, None), "format") and pa.types.is_temporal(column.type):
                    typed[ours] = self._moments(ours, column)
                else:
                    text[ours] = self._text(ours, column)
            lines = np.arange(row + 1, row + 1 + len(batch), dtype=np.int32)
            yield Rows(lines, lines.astype(np.int64), text, partial(_lines, batch), typed), []
            row += len(batch)
        if row != self._file.metadata.num_rows:
            raise refused("truncated", f"{self.name} says {self._file.metadata.num_rows} rows and holds {row}")
        if not row:
            self.warnings["zero_rows"] += 1

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._file.iter_batches(batch_size=BLOCK):
                batch.validate(full=True)
                yield batch
        except MemoryError:  # Arrow's own is one of its faults, too
            raise
        except (pa.ArrowException, OSError) as wrong:
            if "utf8" in str(wrong).lower():
                raise refused("encoding", self.name) from None
            raise refused("checksum", f"{self.name}: a page is damaged") from None

    def _moments(self, ours: str, column: pa.Array) -> Moments:
        kind = column.type
        if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
            raise refused("content_type", f'{self.name}, column "{self.names[ours]}": a time without a day')
        seconds = column.cast(pa.timestamp("s", getattr(kind, "tz", None)), safe=False).cast(pa.int64())
        given = column.is_valid().to_numpy(zero_copy_only=False)
        values = seconds.fill_null(0).to_numpy()
        if getattr(kind, "tz", None):
            values = self._clocks.local(values)
        return Moments(values, given)

    def _text(self, ours: str, column: pa.Array) -> Text:
        kind = column.type
        if pa.types.is_dictionary(kind):
            column = column.dictionary_decode()
            kind = column.type
        if pa.types.is_floating(kind):
            return Text.of([_whole(value) for value in column.to_pylist()])
        if pa.types.is_boolean(kind):
            column = pc.if_else(column, "TRUE", "FALSE")
        if pa.types.is_nested(kind):
            raise refused("content_type", f'{self.name}, column "{self.names[ours]}": a list or a structure')
        try:
            return Text.from_arrow(column.cast(pa.string()))
        except MemoryError:
            raise
        except pa.ArrowException:
            raise refused("encoding", f'{self.name}, column "{self.names[ours]}"') from None

    def raws(self, places: Sequence[int]) -> list[str]:
        """See `container.Container`."""
        asked, found, row = list(places), list[str](), 0
        for batch in self._batches():
            mine = [place - row - 1 for place in asked[len(found) :] if place <= row + len(batch)]
            found += _lines(batch, mine)
            row += len(batch)
        return found


def _whole(value: float | None) -> str:
    """A number as text, without the `.0` of a column that a missing value made one of floats."""
    if value is None or value != value:
        return ""
    if abs(value) >= WHOLE:
        return f"{value:E}"  # a number of floats has no more digits than that: it may have been another
    return str(int(value)) if value.is_integer() else repr(value)


def _lines(batch: pa.RecordBatch, rows: Sequence[int]) -> list[str]:
    """Rows as JSON, for people who look at what was set aside."""
    return [json.dumps(batch.slice(row, 1).to_pylist()[0], default=str, ensure_ascii=False) for row in rows]
