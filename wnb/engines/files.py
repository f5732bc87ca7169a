"""The files of a table that lies elsewhere: what columns they have, what they are called in a query, and their hash."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from glob import escape
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from wnb.compile_cache import HERE
from wnb.config import Configuration
from wnb.engines.elsewhere import (
    COLUMNS,
    OPTIONAL,
)  # fmt: skip
from wnb.errors import UsageFault

SORTING: Final = ".sorting"
"""Beside the generations: what DuckDB lays aside while it brings rows together; removed when it has."""
MEMORY: Final = "3GB"
"""What DuckDB may hold while it sorts; the rest of the process adds about half a gigabyte."""
PLACE: Final = 40
"""`row` is the number of the file, shifted by so many bits, and the place in it."""
NUMBER: Final = "number"
SOURCES: Final = (
    "ages.py", "recode.py", "terms.py", "histories.py", "engines/elsewhere.py", "engines/files.py",
    "engines/gathering.py", "engines/mapped.py", "engines/worker.py", "store/columns.py",
)  # fmt: skip
"""What decides what the columns hold: another version of any of them, and they are made again."""


@dataclass(frozen=True)
class Table:
    """A list of files, and what must be known of the configuration to read them."""

    configuration: Configuration
    files: tuple[Path, ...]

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The columns that there are, and of two of them in a word what they hold; the same in every file.

        Raises:
            UsageFault: one file has other columns than the first, or a column of it holds something else.
        """
        first, *others = [_kinds(file) for file in self.files]
        for file, kinds in zip(self.files[1:], others, strict=True):
            if lack := sorted(name for name in first | kinds if kinds.get(name) != first.get(name)):
                raise UsageFault(f"{file.name}: {', '.join(lack)} must be there as in the first file, of the same type")
        return first

    @property
    def child(self) -> str:
        """The child's id in a query: a number, or text that is not empty."""
        return "child_id::BIGINT" if self.kinds["child_id"] == NUMBER else "nullif(child_id::VARCHAR, '')"

    @cached_property
    def agencies(self) -> tuple[str, ...]:
        """Every agency of the configuration, in the order of the text."""
        return tuple(sorted(self.configuration.agencies))

    @cached_property
    def keys(self) -> list[str]:
        """By number of files: the hash of all that the columns of the first so many are made from."""
        agencies = [
            (a.agency, a.organisation_id, a.sharing, sorted(a.sharing_by_service.items()))
            for _, a in sorted(self.configuration.agencies.items())
        ]
        digest = hashlib.sha256(json.dumps([agencies, self.configuration.partnership.timezone]).encode())
        for source in SOURCES:
            digest.update((HERE / source).read_bytes())
        found = []
        for file in self.files:
            with file.open("rb") as content:
                digest.update(hashlib.file_digest(content, "sha256").digest())
            found.append(digest.hexdigest()[:32])
        return found

    def rows(self, first: int, end: int | None = None) -> int:
        """How many rows some of the files hold."""
        return sum(pq.read_metadata(file).num_rows for file in self.files[first:end])

    @cached_property
    def organisations(self) -> dict[str, str]:
        """Whose each agency is."""
        return {agency.agency: agency.organisation_id for agency in self.configuration.agencies.values()}

    def of_file(self, k: int) -> str:
        """A file in a query."""
        return f"read_parquet({quoted(escape(str(self.files[k])))}, file_row_number=true)"

    def appointment_ids(self, rows: np.ndarray) -> pa.Array:
        """The ids of some appointments, named by `row` in rising order."""
        found = [pa.array([], pa.string())]
        for k in range(len(self.files)):
            wanted = pa.table({"n": rows[rows >> PLACE == k] & ((1 << PLACE) - 1)})
            if wanted.num_rows:
                with closing(duckdb.connect(config={"threads": 2})) as connection:
                    asked = (
                        f"SELECT appointment_id::VARCHAR AS id FROM {self.of_file(k)} AS f "
                        "JOIN wanted ON f.file_row_number = n ORDER BY n"
                    )
                    connection.register("wanted", wanted)
                    found.append(connection.sql(asked).to_arrow_table()["id"].combine_chunks())
        return pa.concat_arrays([each.cast(pa.string()) for each in found])


def _kinds(file: Path) -> dict[str, str]:
    schema = pq.read_schema(file)
    kinds = {name: "" for name in (*COLUMNS, *OPTIONAL, "household_id") if name in schema.names}
    for name in kinds.keys() & {"child_id", "appointment_at"}:
        kind = schema.field(name).type
        if name == "child_id":
            kinds[name] = NUMBER if pa.types.is_integer(kind) and kind != pa.uint64() else "text"
        elif pa.types.is_timestamp(kind):
            kinds[name] = "instant" if kind.tz else "local time"
        else:
            raise UsageFault(f"{file.name}: appointment_at must be {COLUMNS[name]}")
    return kinds


@contextmanager
def asking(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB, with a limit to its memory and a place for what does not fit."""
    aside = folder / SORTING
    if aside.exists():  # of a run that was stopped
        shutil.rmtree(aside)
    limits = {"threads": 2, "memory_limit": MEMORY, "temp_directory": str(aside), "preserve_insertion_order": False}
    try:
        with closing(duckdb.connect(config=limits)) as connection:  # type: ignore[arg-type]
            connection.execute("SET enable_progress_bar = false")
            yield connection
    finally:
        if aside.exists():  # it holds rows of children: what cannot be cleared away is said
            shutil.rmtree(aside)


def children_of(table: Table, first: int) -> str:
    """The children whom the files from `first` on name, as a query; empty where there are no such files."""
    return " UNION ".join(
        f"SELECT {table.child} AS child FROM {table.of_file(k)} WHERE {table.child} IS NOT NULL"
        for k in range(first, len(table.files))
    )


def quoted(text: str) -> str:
    """A text in a query."""
    return "'" + text.replace("'", "''") + "'"


def ids_of(column: pa.ChunkedArray) -> np.ndarray:
    """Ids as numbers, or as bytes of one width, whose order is that of the text."""
    if pa.types.is_integer(column.type):
        return np.asarray(column.to_numpy(), np.int64)
    return np.array(column.cast(pa.binary()).to_pylist(), np.bytes_)


def ids_as_text(ids: np.ndarray) -> pa.Array:
    """Ids of a generation as text."""
    if ids.dtype.kind == "S":
        return pa.array(ids.tolist(), pa.binary()).cast(pa.string())
    return pa.array(ids).cast(pa.string())
