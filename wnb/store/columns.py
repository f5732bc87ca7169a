"""Columns on disk, one folder a generation: what is made from facts, and can be made from them again at any time.

A generation is written in a hidden folder and appears by one rename; older ones are removed only after. It is named by
the hash of everything that it was made from, so that it can be missing but never wrong. Each column's length and
checksum stand in its manifest: what a power cut tore, or a disk forgot, is found when it is opened, and made again. So
nobody waits for the disk, as they must for what cannot be made again.
"""

import json
import shutil
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from wnb.ingest.vault import keep_names, write_whole

MANIFEST: Final = "manifest.json"
AT_A_TIME: Final = 1 << 24  # bytes read at once, to be checked


@dataclass(frozen=True, eq=False)
class Columns:
    """One generation, every column of it mapped from its file; and what was told beside them, as JSON has it."""

    of: Mapping[str, NDArray[Any]]
    told: Mapping[str, Any]


class Writing:
    """A generation that is being written: columns grow piece by piece, in any order of columns."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, BinaryIO] = {}
        self._columns: dict[str, dict[str, Any]] = {}
        self.told: dict[str, Any] = {}

    def add(self, name: str, values: NDArray[Any]) -> None:
        """Append to a column; every piece of it has the type of the first."""
        if name not in self._files:
            self._files[name] = (self._folder / f"{name}.column").open("wb")
            self._columns[name] = {"type": values.dtype.str, "length": 0, "crc32": 0}
        column = self._columns[name]
        if values.dtype.str != column["type"] or values.ndim != 1:
            raise TypeError(f"column {name} is of {column['type']}, not of {values.dtype.str}")
        raw = np.ascontiguousarray(values).view(np.uint8).data
        self._files[name].write(raw)
        column["length"] += len(values)
        column["crc32"] = zlib.crc32(raw, column["crc32"])

    def finish(self) -> None:
        """Write what is left, and the manifest last."""
        self.close()
        manifest = {"columns": self._columns, "told": self.told}
        write_whole(self._folder / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())

    def close(self) -> None:
        """Let go of every file."""
        for file in self._files.values():
            file.close()


class Generations:
    """The folder of generations."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def writing(self, name: str) -> Iterator[Writing]:
        """A new generation, which is there when the block has ended well, and else not at all."""
        hidden = self.folder / f".{name}"
        if hidden.exists():  # of a run that was stopped
            shutil.rmtree(hidden)
        hidden.mkdir(parents=True)
        writing = Writing(hidden)
        try:
            yield writing
            writing.finish()
        except BaseException:
            writing.close()
            shutil.rmtree(hidden)
            raise
        if (self.folder / name).exists():  # it was not as it was written, or nobody would have made it again
            shutil.rmtree(self.folder / name)
        hidden.rename(self.folder / name)
        keep_names(self.folder)

    def open(self, name: str, check: bool = True) -> Columns | None:
        """A generation; None where there is none, or where a column of it is not as it was written.

        `check`: whether every byte is read; else lengths alone are compared.
        """
        folder = self.folder / name
        try:
            manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        files = {folder / f"{column}.column": told for column, told in manifest["columns"].items()}
        if not all(map(_is_long_enough, files, files.values())):
            return None
        if check:
            with ThreadPoolExecutor(max_workers=2) as pool:
                if not all(pool.map(_is_whole, files, files.values())):
                    return None
        return Columns({path.stem: _mapped(path, told) for path, told in files.items()}, manifest["told"])

    def keep_only(self, name: str) -> None:
        """Remove every other generation, and what a run that was stopped left behind."""
        for folder in sorted(self.folder.iterdir()):
            if folder.is_dir() and folder.name != name:
                shutil.rmtree(folder)


def _is_long_enough(path: Path, told: Mapping[str, Any]) -> bool:
    bytes_of_it = told["length"] * np.dtype(told["type"]).itemsize
    return path.is_file() and path.stat().st_size == bytes_of_it


def _is_whole(path: Path, told: Mapping[str, Any]) -> bool:
    found = 0
    with path.open("rb") as file:
        while piece := file.read(AT_A_TIME):
            found = zlib.crc32(piece, found)
    return bool(found == told["crc32"])


def _mapped(path: Path, told: Mapping[str, Any]) -> NDArray[Any]:
    """The column as a plain array over the mapped file: its slices cost what slices of an array cost."""
    kind = np.dtype(told["type"])
    if not told["length"]:  # an empty file cannot be mapped
        return np.empty(0, kind)
    return np.asarray(np.memmap(path, kind, "r", shape=(told["length"],))).view(np.ndarray)
