"""Every parse in a process of its own: one hostile file costs itself, never the night.

A child reads one file after another under limits on its data memory and on the time of each file (`child`, `worker`);
what it read comes back through files that are mapped, not copied. A child that goes over a limit is put away and its
file refused; one that dies is put away and its file read once more by a new one, since the system may have killed the
first for others' sake. The next file gets a child in any case.
"""

import atexit
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import pyarrow as pa

from wnb.agency import Agency
from wnb.errors import SafetyStop
from wnb.ingest.reasons import refused
from wnb.ingest.verdict import Reading, rejected
from wnb.ingest.worker import Died, GaveUp, Worker, own

TABLES = ("rows", "quarantined")


WEIGHT: Mapping[str, int] = {"csv": 1, "fhir-ndjson": 5, "excel": 10, "parquet": 10}
PACKED = 10
"""What a byte of a container costs beside one of plain text: it stands for so many, or is so much work."""


@dataclass(frozen=True)
class Limits:
    """What one file may cost: a fixed part, and so much for each byte that was delivered, by its weight.

    Many times what an honest file takes on a busy machine: a file refused here is one that nobody could read.
    """

    memory: int = 3 << 30  # bytes of data, beyond what the program itself takes; DuckDB reserves half of it
    memory_a_byte: float = 2
    seconds: float = 60
    seconds_a_byte: float = 1e-6
    most_seconds: float = 3_600

    def memory_for(self, size: int) -> int:
        """Bytes of data that a file of `size` bytes of plain text may take."""
        return int(self.memory + self.memory_a_byte * size)

    def seconds_for(self, size: int) -> float:
        """Seconds by the wall clock that a file of `size` bytes of plain text may take."""
        return min(self.seconds + self.seconds_a_byte * size, self.most_seconds)


class Reader:
    """`reading.read` in a child process, and looks at a file for proposals. A context manager.

    `start` before other work lets the child load beside it.
    """

    def __init__(self, limits: Limits | None = None, worker: Worker | None = None) -> None:
        self.limits = limits or Limits()
        self.worker = worker or Worker()
        self._folder = TemporaryDirectory(prefix="wnb-", ignore_cleanup_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Have a child ready; it loads what it needs while others work."""
        self.worker.start()

    def close(self) -> None:
        """Have no child any more, and nothing of what it read lying about."""
        self.worker.put_away()
        self._folder.cleanup()

    def read(self, content: Path, name: str, agency: Agency, zone: ZoneInfo, night: date) -> Reading:
        """As `reading.read`, under the limits.

        Raises:
            SafetyStop: the records do not add up.
            ReaderFault: there is no child to be had, or it failed for a reason that is not the file's.
            OSError: the vault cannot be read.
        """
        try:
            weight = max(WEIGHT[agency.extract.format], PACKED if name.lower().endswith(".gz") else 1)
            with self._asked("read", weight, content, name, agency, zone.key, night) as (answer, folder):
                if "stop" in answer:
                    raise SafetyStop(answer["stop"])
                return Reading(**answer, **{table: _mapped(folder / table) for table in TABLES})
        except GaveUp as why:  # never a fault of the layout: nobody tries another agency's contract on such a file
            return rejected(refused("expansion_ratio", f"{name}: {why}"), agency)

    def look(self, work: str, content: Path, *arguments: Any) -> Mapping[str, Any]:
        """What a look at a file gives for a proposal (`child.WORKS`: `suggest`, `glimpse`), under the limits.

        Raises:
            ValueError: the file is of a kind that no extract is, or more than a look may cost; said in words.
        """
        try:
            with self._asked(work, PACKED, content, *arguments) as (answer, _):
                if "strange" in answer:
                    raise ValueError(answer["strange"])
                return answer
        except GaveUp as why:
            raise ValueError(f"it cannot be looked at: {why}") from None

    @contextmanager
    def _asked(self, work: str, weight: int, content: Path, *arguments: Any) -> Iterator[tuple[dict[str, Any], Path]]:
        """The child's answer and what it wrote; a second child's, where the first one dies."""
        size = weight * content.stat().st_size
        cost = self.limits.memory_for(size), self.limits.seconds_for(size)
        with TemporaryDirectory(dir=self._folder.name, ignore_cleanup_errors=True) as folder:
            try:
                answer = self.worker.ask(work, (content, *arguments), Path(folder), *cost)
            except Died:
                answer = self.worker.ask(work, (content, *arguments), Path(folder), *cost)
            yield answer, Path(folder)


@cache
def reader() -> Reader:
    """The reader that every night of this process uses: one child serves them all, and is gone when this process is."""
    the_one = Reader(worker=own())
    atexit.register(the_one.close)
    return the_one


def _mapped(path: Path) -> pa.Table:
    """A table of a file, mapped: it stays when the file's name goes."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
