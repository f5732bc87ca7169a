"""The vault: every delivered byte by its SHA-256, and a receipt for each delivery.

A receipt says on which night, from which agency, under which name and in which order it was taken in, and what its
manifest said. Facts are rebuilt from bytes and receipts alone.
"""

import hashlib
import json
import os
import shutil
import stat
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from wnb.ingest.manifest import Stated

BLOCK = 1 << 20
ROOM_LEFT = 1 << 28  # bytes that must stay free behind a file that is taken in: the night needs room too


@dataclass(frozen=True, order=True)
class Receipt:
    """One delivery as it was taken in. `sequence` is the order of receipt over all agencies."""

    sequence: int
    night: date
    agency: str
    name: str
    sha256: str
    bytes: int
    extract_date: date
    stated: Stated | None = None  # what its manifest said, where its agency sends one

    def as_json(self) -> str:
        """The receipt as it stands beside the bytes."""
        return json.dumps(asdict(self), default=str, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Receipt":
        """The receipt that `as_json` wrote."""
        told = json.loads(text)
        return cls(
            **{
                **told,
                "night": date.fromisoformat(told["night"]),
                "extract_date": date.fromisoformat(told["extract_date"]),
                "stated": Stated(**told["stated"]) if told.get("stated") else None,
            }
        )


def sha256_of(path: Path) -> tuple[str, int]:
    """The SHA-256 of a file and its length in bytes; links are not followed."""
    digest, length = hashlib.sha256(), 0
    with unfollowed(path) as file:
        while block := file.read(BLOCK):
            digest.update(block)
            length += len(block)
    return digest.hexdigest(), length


class Vault:
    """Every delivered byte, by its hash, with a receipt for each delivery. Nothing in it is ever changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the bytes of this hash are."""
        return self.folder / sha256[:2] / sha256

    def receipts(self) -> list[Receipt]:
        """Every receipt, in the order of receipt."""
        folder = self.folder / "receipts"
        if not folder.is_dir():
            return []
        return sorted(Receipt.from_json(path.read_text("utf-8")) for path in folder.glob("*.json"))

    def has_room_for(self, size: int) -> bool:
        """Whether a file of so many bytes can be taken in without filling the disk."""
        there = next(folder for folder in (self.folder, *self.folder.absolute().parents) if folder.exists())
        return size + ROOM_LEFT <= shutil.disk_usage(there).free

    def take_in(self, path: Path, receipt: Receipt) -> None:
        """Copy the bytes, check their hash, and write the receipt last: what has no receipt was not taken in.

        Raises:
            ChangedWhileRead: the bytes are not those of the receipt any more.
        """
        kept = self.path(receipt.sha256)
        if not kept.exists():
            copy_whole(path, kept, receipt.sha256)
        self._write(receipt)

    def tell_anew(self, receipt: Receipt, **changed: Any) -> None:
        """Correct a receipt that no committed night has read: another night, another place in the order."""
        self._write(replace(receipt, **changed))
        if changed.get("sequence", receipt.sequence) != receipt.sequence:
            self._receipt(receipt).unlink()

    def _write(self, receipt: Receipt) -> None:
        self._receipt(receipt).parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._receipt(receipt), receipt.as_json().encode())

    def _receipt(self, receipt: Receipt) -> Path:
        return self.folder / "receipts" / f"{receipt.sequence:08d}.json"


class ChangedWhileRead(OSError):
    """A file that was still being written: it is tried again next time."""


def copy_whole(source: Path, target: Path, sha256: str) -> None:
    """Copy a file so that `target` is there whole, with the bytes of this hash, or not at all.

    Raises:
        ChangedWhileRead: the source is gone, or its bytes are not those of the hash any more.
        OSError: the vault cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)  # of a run that stopped; it may be past writing
    digest = hashlib.sha256()
    try:
        file = unfollowed(source)
    except OSError as wrong:
        raise ChangedWhileRead(f"could not be read again ({wrong.strerror or wrong})") from None
    with file, part.open("wb") as copy:
        while block := file.read(BLOCK):
            digest.update(block)
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    if digest.hexdigest() != sha256:
        part.unlink()
        raise ChangedWhileRead("it changed while it was read; it is tried again next time")
    part.chmod(0o440)
    part.replace(target)
    keep_names(target.parent)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    keep_names(path.parent)


def keep_names(folder: Path) -> None:
    """Let the names in a folder outlive a power cut: what is committed after a rename must not be there without it."""
    if os.name == "posix":
        names = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(names)
        finally:
            os.close(names)


def unfollowed(path: Path) -> BinaryIO:
    """A regular file opened to be read: never through a link, nor waiting for a pipe, put in its place meanwhile.

    Raises:
        OSError: it is no regular file any more, or may not be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, flags), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError("it is not a regular file")
    return file
