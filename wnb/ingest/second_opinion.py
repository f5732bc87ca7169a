"""A second opinion on every delimited file, by methods that share nothing with the scanner; disagreement refuses it.

Lines are counted anew, with nothing but the counting of bytes. And DuckDB, in its strictest all-text reading, is given
the very bytes of records held to be sound: it must find as many records, and the same text in every declared field.
That is asked of every record of a file of up to 100 MB, and of at most two in a hundred above.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wnb.ingest.reasons import Refused, refused
from wnb.ingest.rows import Text
from wnb.ingest.scan import NEWLINE, Block

WHOLE_UP_TO = 100 << 20
SAMPLE = 0.02
NEVER = "\x1f never a value \x1f"


@dataclass
class LineCount:
    """How many lines a file has, from its blocks: LF, CRLF and CR end one, and so does the end of the file."""

    lines: int = 0
    _last: bytes = b""

    def add(self, block: bytes) -> None:
        """The next block of the file."""
        if not block:
            return
        self.lines += int(np.count_nonzero(np.frombuffer(block, np.uint8) == 10))
        if b"\r" in block:
            self.lines += block.count(b"\r") - block.count(b"\r\n")
        if self._last == b"\r" and block[:1] == b"\n":
            self.lines -= 1
        self._last = block[-1:]

    @property
    def total(self) -> int:
        """Lines so far, a last one without its newline among them."""
        return self.lines + (self._last not in (b"", b"\n", b"\r"))


@dataclass
class SecondOpinion:
    """Asks DuckDB about blocks of one file. `size`: bytes of the file, by which it is asked whole or by sample."""

    name: str
    delimiter: str
    fields: int
    slots: Mapping[str, int]  # our name of each declared column -> its position in the record
    size: int
    asked: int = 0
    _connection: Any = field(default=None)

    def ask(self, block: Block, sound: npt.NDArray[np.int64], text: Mapping[str, Text]) -> None:
        """Compare the sound records of a block.

        Raises:
            Refused: DuckDB finds other records, or another text in a field.
        """
        share = 1.0 if self.size <= WHOLE_UP_TO else SAMPLE
        rows = np.flatnonzero((block.flags[sound] & NEWLINE) == 0)  # DuckDB wants one kind of line end in a file
        rows = rows[: int(len(rows) * share)]
        if self.fields < 2 or not len(rows):
            return
        with TemporaryDirectory(prefix="wnb-") as folder:
            path = Path(folder) / "records.csv"
            path.write_bytes(_records(block, sound[rows]))
            told = self._read(path)
        self.asked += len(rows)
        if told is None or told.num_rows != len(rows):
            raise self._disagrees("the number of records")
        for ours, position in self.slots.items():
            theirs = told.column(position).combine_chunks().fill_null("")
            if not theirs.equals(text[ours].only(rows).arrow().fill_null("")):
                raise self._disagrees(f"the column of {ours}")

    def _read(self, path: Path) -> pa.Table | None:
        """What DuckDB makes of the file; None where it refuses it.

        Raises:
            MemoryError: there is none left.
        """
        columns = {f"c{at}": "VARCHAR" for at in range(self.fields)}
        try:
            if self._connection is None:
                self._connection = duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False})
            return self._connection.read_csv(
                str(path), header=False, columns=columns, delimiter=self.delimiter, quotechar='"', escapechar='"',
                na_values=[NEVER], auto_detect=False, strict_mode=True, null_padding=False, parallel=False, comment="",
            ).to_arrow_table()  # fmt: skip
        except duckdb.OutOfMemoryException as full:
            raise MemoryError from full
        except duckdb.Error:
            return None

    def _disagrees(self, about: str) -> Refused:
        return disagreement(self.name, about)


def disagreement(name: str, about: str) -> Refused:
    """The refusal of a file that two readers read differently."""
    return refused("control_total", f"{name}: two readers of it disagree about {about}", {"quoting": 1})


def _records(block: Block, chosen: npt.NDArray[np.int64]) -> bytes:
    """The bytes of some records, as they came, each ended by LF."""
    whole: Any = block.data.data
    starts, stops = block.start[chosen].tolist(), block.stop[chosen].tolist()
    return b"".join([part for start, stop in zip(starts, stops, strict=True) for part in (whole[start:stop], b"\n")])
