"""What an agency says of a file beside it: how many rows and bytes it has, and their SHA-256.

Two forms are read: JSON, `{"file": …, "rows": …, "bytes": …, "sha256": …}` with at least one of the last three, and
the lines that `sha256sum` writes. What was said is kept in the receipt, so that a rebuild judges alike.
"""

import json
import re
from dataclasses import dataclass

from wnb.ingest.reasons import Refused, refused

ENDINGS = (".manifest.json", ".manifest", ".sha256")
LONGEST = 1 << 16  # bytes; a manifest is a line or two
SHA256 = re.compile(r"[0-9A-Fa-f]{64}")
LINE = re.compile(rf"(?P<sha256>{SHA256.pattern})(?: [ *](?P<file>.+))?")


@dataclass(frozen=True, order=True)
class Stated:
    """What a manifest says of its file; None: it does not say."""

    rows: int | None = None
    bytes: int | None = None
    sha256: str | None = None

    def disagreement(self, length: int, sha256: str) -> Refused | None:
        """Why bytes of this length and hash are not those that were sent; None where they are, as far as it says."""
        if self.bytes is not None and length < self.bytes:
            return refused("truncated", f"{length:,} of the {self.bytes:,} bytes that its manifest states")
        if self.bytes is not None and length > self.bytes:
            return refused("checksum", f"{length:,} bytes, and its manifest states {self.bytes:,}")
        if self.sha256 is not None and sha256 != self.sha256:
            return refused("checksum", "its SHA-256 is not the one that its manifest states")
        return None

    def miscount(self, records: int) -> Refused | None:
        """Why a file of so many records is not the one that was sent; None where it is."""
        if self.rows is None or records == self.rows:
            return None
        return refused("control_total", f"{records:,} records, and its manifest states {self.rows:,}")


def stated_in(content: bytes, name: str) -> Stated:
    """What a manifest says of the file called `name`.

    Raises:
        ValueError: it cannot be read, or is another file's; the words say which, and nothing of what it holds.
    """
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise ValueError("its manifest is not text in UTF-8") from None
    return _of_json(text, name) if text.startswith("{") else _of_lines(text, name)


def _of_json(text: str, name: str) -> Stated:
    try:
        told = json.loads(text, object_pairs_hook=_each_key_once)
    except (ValueError, RecursionError):
        raise ValueError("its manifest is not whole, or not JSON") from None
    if told.get("file", name) != name:
        raise ValueError("its manifest is another file's")
    rows, length, digest = (told.get(key) for key in ("rows", "bytes", "sha256"))
    for number in (rows, length):
        if number is not None and (type(number) is not int or number < 0):
            raise ValueError("its manifest states rows or bytes that are no whole number")
    if digest is not None and not (isinstance(digest, str) and SHA256.fullmatch(digest)):
        raise ValueError("its manifest states a sha256 that is not 64 hexadecimal digits")
    if rows is None and length is None and digest is None:
        raise ValueError("its manifest states neither rows nor bytes nor sha256")
    return Stated(rows, length, digest.lower() if digest else None)


def _of_lines(text: str, name: str) -> Stated:
    lines = [LINE.fullmatch(line.rstrip("\r")) for line in text.split("\n")]
    if not text or None in lines:
        raise ValueError("its manifest is not whole, or neither JSON nor lines of sha256sum")
    found = {line["sha256"].lower() for line in lines if line and (line["file"] or name).rpartition("/")[2] == name}
    if len(found) != 1:
        raise ValueError("its manifest does not state one sha256 for this file")
    return Stated(sha256=found.pop())


def _each_key_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    told = dict(pairs)
    if len(told) < len(pairs):
        raise ValueError("a key stands twice")
    return told
