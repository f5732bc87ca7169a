"""What every container of extracts offers: the agency's names for our columns, blocks of rows, and a record again."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from wnb.agency import Agency
from wnb.extract_form import CoversColumn
from wnb.ingest.moments import Form
from wnb.ingest.reasons import Refused, refused
from wnb.ingest.rows import Rows, SetAside

GROUP = "group"  # what we call the column by which a snapshot of whole groups says what it covers
UNTIDY = "\ufeff\u200b \t\r\n\u00a0"
MOST_COLUMNS = 1_000
LAST_ROWS = (65_536, 1_048_576)
"""A file as long as a spreadsheet can be was very likely cut by one (15,841 cases in October 2020)."""


class Container(Protocol):
    """An opened extract. Reading it may raise `Refused` at any point; nothing of it is then accepted."""

    @property
    def names(self) -> Mapping[str, str]:
        """Ours -> the agency's own, of the columns that were found."""

    @property
    def warnings(self) -> Counter[str]:
        """Faults of the file that do not condemn it; complete when `blocks` has ended."""

    @property
    def forms(self) -> Mapping[str, Form]:
        """Of dates, where the container's standard states them; empty: as the YAML does."""

    @property
    def codes(self) -> Mapping[str, int]:
        """Of outcomes, likewise."""

    def blocks(self) -> Iterator[tuple[Rows, list[SetAside]]]:
        """The records in their order: rows to be judged, and records already set aside."""

    def raws(self, places: Sequence[int]) -> Iterable[str]:
        """The records at these places as they were delivered, in ascending order of place."""


def wanted(agency: Agency) -> dict[str, tuple[str, ...]]:
    """Our name of each column to look for -> the agency's names for it, best first."""
    columns = dict(agency.columns.declared())
    covers = agency.extract.snapshot_covers
    if isinstance(covers, CoversColumn):
        columns[GROUP] = (covers.column,)
    return columns


def tidy(cell: str) -> str:
    """A header's name without what is no part of it: spaces around it, a byte-order mark."""
    return cell.strip(UNTIDY)


def holds_every(cells: Sequence[str], columns: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a line could be the header: it has a name for each declared column."""
    present = {tidy(cell) for cell in cells}
    return all(present & {tidy(name) for name in names} for names in columns.values())


def match(cells: Sequence[str], columns: Mapping[str, tuple[str, ...]], place: str) -> dict[str, int]:
    """Our name -> position of its column. Names are compared, never positions.

    Raises:
        Refused: a declared column is not there, or stands there twice, or there are too many columns.
    """
    if len(cells) > MOST_COLUMNS:
        raise refused("too_many_columns", f"{place}: {len(cells)} columns")
    tidied = [tidy(cell) for cell in cells]
    found: dict[str, int] = {}
    missing: list[str] = []
    for ours, names in columns.items():
        hits = [at for at, cell in enumerate(tidied) if cell and cell in {tidy(name) for name in names}]
        if len(hits) > 1:
            theirs = ", ".join(f'"{tidied[at]}"' for at in hits)
            raise refused("duplicate_column", f"{place}: {theirs} for {ours}")
        if hits:
            found[ours] = hits[0]
        else:
            missing.append(f'"{names[0]}"')
    if missing:
        if not found:
            raise refused("header", f"{place}: none of the declared columns", {"missing_column": len(missing)})
        raise refused("missing_column", f"{place}: {', '.join(missing)} not in the header", {"header": 1}, len(missing))
    return found


KINDS_OF_BYTES: Mapping[bytes, str] = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a zip archive or workbook",
    b"PK\x05\x06": "an empty zip archive",
    b"\xd0\xcf\x11\xe0": "an old or encrypted Office file",
    b"PAR1": "Parquet",
    b"\x1f\x8b": "gzip",
    b"SQLite format 3": "a database",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"7z\xbc\xaf": "7-Zip",
    b"(\xb5/\xfd": "Zstandard",
    b"{\\rtf": "rich text",
}
MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table")


def kind_of(head: bytes) -> str:
    """What these first bytes of a file are, in words; empty where they could be text."""
    for magic, words in KINDS_OF_BYTES.items():
        if head.startswith(magic):
            return words
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(MARKUP):
        return "a page of markup"
    return ""


def not_what_it_says(words: str, name: str) -> Refused:
    """The refusal of a file of another kind."""
    return refused("content_type", f"{name} is {words}")
