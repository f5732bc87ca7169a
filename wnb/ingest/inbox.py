"""What lies in an inbox, what of it is whole, and the vault that keeps every delivered byte.

The vault names bytes by their SHA-256 and keeps a receipt beside them for each delivery: on which night, from which
agency, under which name and in which order it was taken in. Facts are rebuilt from these two alone.
"""

import fnmatch
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from wnb.config import Agency

BLOCK = 1 << 20
FORM_PARTS = {
    "Y": r"\d{4}", "m": r"\d{2}", "d": r"\d{2}", "H": r"\d{2}", "M": r"\d{2}", "S": r"\d{2}",
    "b": r"[A-Za-z]{3}", "B": r"[A-Za-z]{3,9}", "j": r"\d{3}", "I": r"\d{2}", "p": r"[AaPp][Mm]",
}  # fmt: skip


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
            }
        )


@dataclass(frozen=True)
class Waiting:
    """A file in an inbox. `because` says why it is not taken tonight; empty: it is whole and due."""

    path: Path
    name: str
    extract_date: date
    because: str = ""


def extract_date_in(name: str, form: str) -> date | None:
    """The date that a file's name says in the declared form; None when there is none, or more than one and they differ."""
    pattern = "".join(
        FORM_PARTS.get(part[1], re.escape(part[1])) if part.startswith("%") else re.escape(part)
        for part in re.findall(r"%.|[^%]", form)
    )
    found = set()
    for text in re.findall(rf"(?<!\d)(?:{pattern})(?!\d)", name):
        try:
            found.add(datetime.strptime(text, form).date())
        except ValueError:
            continue
    return found.pop() if len(found) == 1 else None


def look(folder: Path, agency: Agency, night: date, settle_seconds: int, now: float) -> Iterator[Waiting]:
    """The agency's files in its inbox, in the order of their names.

    Only regular files are looked at: a link, a pipe or a folder is never followed. A file is whole when it has not
    changed for `settle_seconds` (`now` is the time of the look, in seconds since 1970). A file that ends in `.done`
    or begins with a dot is not an extract.
    """
    if not folder.is_dir():
        return
    for name in sorted(os.listdir(folder)):
        if name.startswith(".") or not fnmatch.fnmatchcase(name, agency.extract.files):
            continue
        path = folder / name
        about = path.lstat()
        form = agency.extract.extract_date
        dated = extract_date_in(name, form) if form else night
        if not stat.S_ISREG(about.st_mode):
            yield Waiting(path, name, night, "not a regular file: links, pipes and folders are never read")
        elif dated is None:
            yield Waiting(
                path, name, night, f"its name holds no date in the form {form}; rename it, or correct extract_date"
            )
        elif dated > night:
            yield Waiting(path, name, dated, "its extract date is later: it waits for that night")
        elif settle_seconds and now - about.st_mtime < settle_seconds:
            yield Waiting(path, name, dated, "still changing: taken when it has been still for long enough")
        else:
            yield Waiting(path, name, dated)


def sha256_of(path: Path) -> tuple[str, int]:
    """The SHA-256 of a file and its length in bytes; links are not followed."""
    digest, length = hashlib.sha256(), 0
    with open(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
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

    def take_in(self, path: Path, receipt: Receipt) -> None:
        """Copy the bytes, check their hash, and write the receipt last: what has no receipt was not taken in.

        Raises:
            OSError: when the bytes in the vault are not those of the receipt (the file changed while it was read).
        """
        kept = self.path(receipt.sha256)
        if not kept.exists():
            copied, _ = copy_whole(path, kept)
            if copied != receipt.sha256:
                kept.unlink()
                raise OSError(
                    f"{receipt.name!r} of {receipt.agency} changed while it was read; it is tried again next time"
                )
        target = self.folder / "receipts" / f"{receipt.sequence:08d}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, receipt.as_json().encode())


def copy_whole(source: Path, target: Path) -> tuple[str, int]:
    """Copy a file so that `target` is there whole or not at all; gives the SHA-256 and length of what was copied."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    digest, length = hashlib.sha256(), 0
    with open(os.open(source, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file, part.open("wb") as copy:
        while block := file.read(BLOCK):
            digest.update(block)
            length += copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    part.chmod(0o440)
    part.replace(target)
    return digest.hexdigest(), length


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
