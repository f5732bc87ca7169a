"""Every parse in a process of its own kind: one hostile file costs itself, never the night.

A spawned child reads one file after another under limits on its data memory and on the time of each file; what it
read comes back through files that are mapped, not copied. A child that goes over a limit, or dies, is put away; its
file is refused with a reason, and the next file gets a new child. Where the system knows no such limit (Windows),
time alone counts.
"""

import contextlib
import importlib
import multiprocessing
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import pyarrow as pa

from wnb.config import Agency
from wnb.errors import SafetyStop
from wnb.ingest.reading import Reading, read, rejected
from wnb.ingest.reasons import refused

CONTAINERS = ("wnb.ingest.text", "wnb.ingest.excel", "wnb.ingest.parquet", "wnb.ingest.fhir")
TABLES = ("rows", "quarantined")


@dataclass(frozen=True)
class Limits:
    """What one file may cost: a fixed part, and so much for each byte that was delivered."""

    memory: int = 2 << 30  # bytes of data, beyond what the program itself takes
    memory_a_byte: float = 6
    seconds: float = 60
    seconds_a_byte: float = 1e-6

    def memory_for(self, size: int) -> int:
        """Bytes of data that a file of `size` bytes may take."""
        return int(self.memory + self.memory_a_byte * size)

    def seconds_for(self, size: int) -> float:
        """Seconds by the wall clock that a file of `size` bytes may take."""
        return self.seconds + self.seconds_a_byte * size


class Reader:
    """`reading.read` in a child process. A context manager; `start` before other work lets the child load beside it."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._folder = TemporaryDirectory(prefix="wnb-")
        self._files = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._put_away()
        self._folder.cleanup()

    def start(self) -> None:
        """Have a child ready; it loads what it needs while others work."""
        if self._process is None or not self._process.is_alive():
            context = multiprocessing.get_context("spawn")
            mine, theirs = context.Pipe()
            self._process = context.Process(target=_serve, args=(theirs,), daemon=True, name="wnb-reader")
            self._process.start()
            theirs.close()
            self._connection = mine

    def read(self, content: Path, name: str, agency: Agency, zone: ZoneInfo, night: date) -> Reading:
        """As `reading.read`, under the limits.

        Raises:
            SafetyStop: the records do not add up.
        """
        self.start()
        assert self._connection is not None
        size = content.stat().st_size
        self._files += 1
        into = Path(self._folder.name) / str(self._files)
        seconds = self.limits.seconds_for(size)
        try:
            request = (content, name, agency, zone.key, night, into, self.limits.memory_for(size))
            self._connection.send(request)
            if not self._connection.poll(seconds):
                self._put_away()
                return rejected(
                    refused("expansion_ratio", f"{name}: reading it took more than {seconds:.0f} seconds"), agency
                )
            answer = self._connection.recv()
        except (EOFError, OSError):
            self._put_away()
            return rejected(refused("content_type", f"{name}: reading it killed its reader"), agency)
        match answer:
            case SafetyStop():
                raise answer
            case "memory":
                self._put_away()
                return rejected(refused("expansion_ratio", f"{name}: reading it took more memory than it may"), agency)
            case str():
                self._put_away()
                raise RuntimeError(f"the reader failed: {answer}")
            case _:
                return Reading(**answer, **{table: _mapped(into / table) for table in TABLES})

    def _put_away(self) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._process = self._connection = None


def _mapped(path: Path) -> pa.Table:
    """A table of a file, mapped; the file's name is gone at once where the system lets it."""
    table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    with contextlib.suppress(OSError):
        path.unlink()
    return table


def _serve(connection: Connection) -> None:
    """The child: reads what it is told to, one file at a time, until nobody asks any more."""
    for module in CONTAINERS:  # before any limit, and while nobody waits
        importlib.import_module(module)
    while True:
        try:
            content, name, agency, zone, night, into, memory = connection.recv()
        except EOFError:
            return
        _may_take(memory)
        try:
            reading = read(content, name, agency, ZoneInfo(zone), night)
            into.mkdir()
            for table in TABLES:
                told: pa.Table = getattr(reading, table)
                with pa.OSFile(str(into / table), "wb") as file, pa.ipc.new_file(file, told.schema) as writer:
                    writer.write_table(told)
            connection.send(_without_tables(reading))
        except SafetyStop as stop:
            connection.send(stop)
        except MemoryError:
            connection.send("memory")
            return
        except Exception as fault:  # of the program: its kind and place, never its words, which could hold a name
            place = fault.__traceback__
            while place is not None and place.tb_next is not None:
                place = place.tb_next
            where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else ""
            connection.send(f"{type(fault).__name__} at {where}")


def _without_tables(reading: Reading) -> Mapping[str, Any]:
    plain = replace(reading, rows=None, quarantined=None)
    return {field.name: getattr(plain, field.name) for field in fields(plain) if field.name not in TABLES}


def _may_take(memory: int) -> None:
    """Limit this process to so many bytes of data more than it has now, where the system can."""
    try:
        import resource
    except ImportError:
        return
    status = Path("/proc/self/status")
    if not status.is_file():
        return
    taken = next(int(line.split()[1]) << 10 for line in status.read_text().split("\n") if line.startswith("VmData"))
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    wanted = taken + memory
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
