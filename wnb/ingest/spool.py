"""Tables laid down one after another and gone through again: in memory while they are few, else in a passing file.

What is read back from the file is mapped a few tables at a time and let go, so that a file of any length takes the
same memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

import pyarrow as pa

MAPPED = 4  # tables at once


@dataclass
class Spool:
    """Tables of one schema. A context manager; every table was added before the first one is taken. `room`: bytes."""

    room: int
    rows: int = 0
    _held: list[pa.Table] = field(default_factory=list)
    _size: int = 0
    _folder: TemporaryDirectory[str] | None = None
    _file: pa.ipc.RecordBatchFileWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held = []
        if self._file is not None:
            self._file.close()
        if self._folder is not None:
            self._folder.cleanup()

    def add(self, table: pa.Table) -> None:
        """Lay one more table down.

        Raises:
            OSError: there is no room on the disk either.
        """
        self.rows += table.num_rows
        self._size += table.nbytes
        self._held.append(table)
        if self._file is None and self._size > self.room:
            self._folder = TemporaryDirectory(prefix="wnb-", ignore_cleanup_errors=True)
            self._file = pa.ipc.new_file(self._path, table.schema)
        if self._file is not None:
            for held in self._held:
                self._file.write_table(held)
            self._held = []

    @property
    def _path(self) -> str:
        assert self._folder is not None
        return str(Path(self._folder.name) / "tables")

    def __iter__(self) -> Iterator[pa.Table]:
        if self._file is None:
            yield from self._held
            return
        self._file.close()
        at, past = 0, 1
        while at < past:
            with pa.memory_map(self._path) as mapped:
                told = pa.ipc.open_file(mapped)
                past = told.num_record_batches
                for index in range(at, min(at + MAPPED, past)):
                    yield pa.Table.from_batches([told.get_batch(index)])
            at += MAPPED
