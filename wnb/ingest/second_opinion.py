"""A second opinion on every delimited file, by methods that share nothing with the scanner; disagreement refuses it.

Lines are counted anew, with nothing but the counting of bytes; and where a block holds quotes, so are its records: a
line end behind an even number of quotes ends one. And DuckDB, in its strictest all-text reading, is given the very
bytes of records held to be sound: it must find as many records, and the same text in every declared field. That is
asked of every record of a file of up to 100 MB, and of at most two in a hundred above.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wnb.ingest.reasons import Refused, refused
from wnb.ingest.rows import Text
from wnb.ingest.scan import BROKEN, NEWLINE, Block

WHOLE_UP_TO = 100 << 20
SAMPLE = 0.02
EVERY = 8  # of so many blocks one is asked about, the first among them: to ask costs more than to answer
SPREAD = 2_654_435_761  # Knuth's multiplier: by it the sampled stretch of each block lies elsewhere, and the same again
NEVER = "\x1f never a value \x1f"
LONGEST_LINE = 64 << 20


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


def records_of(block: Block) -> int:
    """How many records a block of bytes has, counted by its line ends that stand behind an even number of quotes.

    Where a quote is broken no count of quotes means anything: such a record's own quotes and line breaks are left out.
    """
    begin, end = int(block.start[0]), block.consumed
    data = block.data[begin:end]
    places = np.flatnonzero((data == 10) | (data == 34) | (data == 13))
    byte = data[places]
    second = (byte == 10) & (places > 0) & (data[places - 1] == 13)  # of CRLF
    counts = ~second
    broken = (block.flags & BROKEN) != 0
    if broken.any():
        at = np.searchsorted(block.start, places + begin, "right") - 1
        counts &= ~broken[at] | (places + begin >= block.stop[at])
    quotes, ends = places[counts & (byte == 34)], places[counts & (byte != 34)]
    outside = int((np.searchsorted(quotes, ends) & 1 == 0).sum())
    return outside + (int(data[-1]) not in (10, 13))


@dataclass
class SecondOpinion:
    """Asks DuckDB about blocks of one file. `size`: bytes of the file, by which it is asked whole or by sample."""

    name: str
    delimiter: str
    fields: int
    slots: Mapping[str, int]  # our name of each declared column -> its position in the record
    size: int
    asked: int = 0
    _blocks: int = 0

    def ask(self, block: Block, sound: npt.NDArray[np.int64], text: Mapping[str, Text]) -> None:
        """Count the records of a block anew, and compare the sound ones.

        Raises:
            Refused: there are other records, or DuckDB finds another text in a field.
            OSError: what is to be compared cannot be handed over.
            MemoryError: there is none left.
        """
        if block.careful and records_of(block) != len(block):
            raise self._disagrees("the number of its records")
        if not len(sound):
            return
        self._blocks += 1
        share = 1.0 if self.size <= WHOLE_UP_TO else SAMPLE * EVERY * (self._blocks % EVERY == 1)
        many = int(len(sound) * share)
        first = int(block.start[0]) * SPREAD % (len(sound) - many + 1)
        chosen = slice(first, first + many)
        if not many:
            return
        with _handed_over(self._records(block, sound[chosen])) as path:
            told = self._read(path)
        self.asked += many
        if told is None or told.num_rows != many + 1:
            raise self._disagrees("the number of records")
        for at, ours in enumerate(self.slots):
            theirs = told.column(at).slice(1).combine_chunks().fill_null("")
            if not theirs.equals(text[ours].stretch(first, first + many)):
                raise self._disagrees(f"the column of {ours}")

    def _records(self, block: Block, chosen: npt.NDArray[np.int64]) -> list[bytes]:
        """The bytes of some records, each ended by LF as DuckDB wants it, behind one record of ours.

        That one keeps it from taking the first of theirs for anything else: a byte-order mark, a header, a comment.
        """
        whole: Any = block.data.data
        parts = [self.delimiter.join(["-"] * self.fields).encode(), b"\n"]
        starts, follows, stops = block.start[chosen], block.follows[chosen], block.stop[chosen]
        one_kind = not (block.flags[chosen] & NEWLINE).any() and not (stops + 1 != follows)[:-1].any()
        if one_kind and (block.data[stops[:-1]] == 10).all():  # whole stretches of neighbours at a time
            begins = np.flatnonzero(np.append(True, follows[:-1] != starts[1:]))
            ends = np.append(begins[1:], len(chosen)) - 1
            for start, stop in zip(starts[begins].tolist(), stops[ends].tolist(), strict=True):
                parts += (whole[start:stop], b"\n")
        else:
            for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
                parts += (whole[start:stop], b"\n")
        return parts

    def _read(self, path: str) -> pa.Table | None:
        """The declared columns as DuckDB reads them from the file; None where it refuses it."""
        columns = ", ".join(f"c{at}: 'VARCHAR'" for at in range(self.fields))
        wanted = ", ".join(f"c{at}" for at in self.slots.values())
        delimiter = self.delimiter.replace("'", "''")
        asked = (
            f"select {wanted} from read_csv('{path}', header=false, columns={{{columns}}}, delim='{delimiter}', "
            "quote='\"', escape='\"', auto_detect=false, strict_mode=true, null_padding=false, parallel=false, "
            f"comment='', nullstr='{NEVER}', max_line_size={LONGEST_LINE}, buffer_size={LONGEST_LINE})"
        )
        try:
            return _database().cursor().execute(asked).to_arrow_table()
        except duckdb.OutOfMemoryException as full:
            raise MemoryError from full
        except duckdb.IOException as fault:
            raise OSError(f"{self.name}: its records could not be compared") from fault
        except duckdb.Error:
            return None

    def _disagrees(self, about: str) -> Refused:
        return disagreement(self.name, about)


@cache
def _database() -> Any:
    """One for the process: to open it takes longer than to read a small file."""
    settings: dict[str, Any] = {"threads": 1, "enable_external_file_cache": False}
    return duckdb.connect(config=settings | {"autoinstall_known_extensions": False})


@contextmanager
def _handed_over(parts: list[bytes]) -> Iterator[str]:
    """The bytes as a file that DuckDB can open: in memory where the system has such files, so that no child's data
    touches a disk.
    """
    if hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
        with os.fdopen(os.memfd_create("records"), "wb") as file:
            file.writelines(parts)
            file.flush()
            yield f"/proc/self/fd/{file.fileno()}"
        return
    with TemporaryDirectory(prefix="wnb-") as folder:
        path = Path(folder) / "records.csv"
        path.write_bytes(b"".join(parts))
        yield path.as_posix().replace("'", "''")


def disagreement(name: str, about: str) -> Refused:
    """The refusal of a file that two readers read differently."""
    return refused("control_total", f"{name}: two readers of it disagree about {about}", {"quoting": 1})
