"""The folder of lists: a night appears in it whole, by one rename, or not at all."""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from wnb.errors import SafetyStop
from wnb.ingest.vault import keep_names


class PublishedLists:
    """`<lists>/<night>/`, made in a hidden folder beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, night: date) -> Path:
        """Where a night's lists are."""
        return self.folder / night.isoformat()

    def write_hidden(self, night: date, files: Mapping[str, bytes]) -> dict[str, str]:
        """Write a night's files where nobody looks yet; gives each file's SHA-256.

        Raises:
            SafetyStop: lists of this night are there already: it could be committed, and then not appear.
        """
        if self.path(night).exists():
            raise SafetyStop(
                f"{self.path(night)} is there, and the casebook knows of no such night: nothing was committed. "
                "Is this the right casebook? Move the folder away, or give back the casebook that it belongs to"
            )
        hidden = self._hidden(night)
        if hidden.exists():
            shutil.rmtree(hidden)
        for name, content in sorted(files.items()):
            path = hidden / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            keep_names(path.parent)
        return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}

    def reveal(self, night: date) -> Path:
        """Let the hidden night appear, whole."""
        self._hidden(night).rename(self.path(night))
        keep_names(self.folder)
        return self.path(night)

    def put_back(self, night: date, made_again: Path, files: Mapping[str, str]) -> bool:
        """Let a committed night that is gone appear again, whole, from files made again; False if they differ."""
        if self.hashes(made_again) != dict(files):
            return False
        self.write_hidden(night, {name: (made_again / name).read_bytes() for name in files})
        self.reveal(night)
        return True

    def recover(self, committed: Mapping[date, Mapping[str, str]]) -> list[date]:
        """Put right what a stopped run left: reveal committed nights, remove uncommitted ones.

        Args:
            committed: night -> the SHA-256 of each of its files.

        Returns:
            The committed nights that are nowhere, and must be made again.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        for night in sorted(self._left_hidden()):
            hidden = self._hidden(night)
            if night in committed and not self.path(night).exists() and self.hashes(hidden) == dict(committed[night]):
                self.reveal(night)
            else:
                shutil.rmtree(hidden)
        return [night for night in sorted(committed) if not self.path(night).exists()]

    def check(self, night: date, files: Mapping[str, str]) -> None:
        """Whether a finished night is still as it was committed.

        Raises:
            SafetyStop: with the names of the files that are gone or changed.
        """
        now = self.hashes(self.path(night))
        if wrong := sorted(name for name, digest in files.items() if now.get(name) != digest):
            raise SafetyStop(
                f"the lists of {night} are not as they were published: {', '.join(wrong)}. "
                f"Make them again beside it with: wnb rebuild {night} --into DIR"
            )

    def _left_hidden(self) -> Iterator[date]:
        """The nights whose hidden folder is there; what else lies here with a dot before its name is not ours."""
        for path in self.folder.iterdir():
            if path.is_dir() and re.fullmatch(r"\.\d{4}-\d\d-\d\d", path.name):
                yield date.fromisoformat(path.name[1:])

    def _hidden(self, night: date) -> Path:
        return self.folder / f".{night.isoformat()}"

    @staticmethod
    def hashes(folder: Path) -> dict[str, str]:
        """The SHA-256 of every file in a night's folder."""
        return {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
