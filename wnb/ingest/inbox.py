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
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from wnb.config import Agency

BLOCK = 1 << 20
FORM_PARTS = {
    "Y": r"\d{4}", "m": r"\d{2}", "d": r"\d{2}", "H": r"\d{2}", "M": r"\d{2}", "S": r"\d{2}",
    "b": r"[A-Za-z]{3}", "B": r"[A-Za-z]{3,9}", "j": r"\d{3}", "I": r"\d{2}", "p": r"[AaPp][Mm]", "f": r"\d{6}",
    "z": r"(?:Z|[+-]\d{4})",
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
    """The date that a file's name says in the declared form; None when it says none, or two that differ."""
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
    contracts = [agency, *(agency.as_of(version.since) for version in agency.versions)]
    for path in sorted(folder.iterdir()):
        name = path.name
        forms = [by.extract.extract_date for by in contracts if _is_called(name, by.extract.files)]
        if name.startswith(".") or name.endswith(".done") or not forms:
            continue
        try:
            about = path.lstat()
        except FileNotFoundError:
            continue  # taken away meanwhile: nothing was delivered
        dated = _dated(name, agency, night)
        if not stat.S_ISREG(about.st_mode):
            yield Waiting(path, name, night, "not a regular file: links, pipes and folders are never read")
        elif not _is_text(name):
            shown = name.encode("utf-8", "backslashreplace").decode()
            yield Waiting(path, shown, night, "its name is not text in UTF-8; rename it")
        elif dated is None:
            form = " or ".join(dict.fromkeys(form for form in forms if form))
            yield Waiting(
                path, name, night, f"its name holds no date in the form {form}; rename it, or correct extract_date"
            )
        elif dated > night:
            yield Waiting(path, name, dated, "its extract date is later: it waits for that night")
        elif settle_seconds and now - about.st_mtime < settle_seconds:
            yield Waiting(path, name, dated, "still changing: taken when it has been still for long enough")
        else:
            yield Waiting(path, name, dated)


def _is_called(name: str, files: str) -> bool:
    """Whether a name is one of the declared ones: in letters of either case, and packed by gzip or not."""
    plain = name.casefold()
    return any(fnmatch.fnmatchcase(each, files.casefold()) for each in (plain, plain.removesuffix(".gz")))


def _dated(name: str, agency: Agency, night: date) -> date | None:
    """The extract date of a file, by the version of the agency's file that holds on that very date."""
    for version in (None, *agency.versions):
        extract = (agency.as_of(version.since) if version else agency).extract
        form = extract.extract_date
        dated = extract_date_in(name, form) if form else night
        if dated and _is_called(name, extract.files) and agency.as_of(dated).extract.extract_date == form:
            return dated
    return None


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def sha256_of(path: Path) -> tuple[str, int]:
    """The SHA-256 of a file and its length in bytes; links are not followed."""
    digest, length = hashlib.sha256(), 0
    with _unfollowed(path) as file:
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
    """Copy a file so that `target` is there whole, with the bytes of this hash, or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)  # of a run that stopped; it may be past writing
    digest = hashlib.sha256()
    with _unfollowed(source) as file, part.open("wb") as copy:
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


def _unfollowed(path: Path) -> BinaryIO:
    """A file opened to be read, never through a link that was put in its place meanwhile."""
    return os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb")
