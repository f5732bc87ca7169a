"""A workbook's zip archive, looked over before anything opens it: bombs, document types, names that leave their
folder.
"""

import re
import zipfile
from pathlib import Path

from wnb.ingest.container import kind_of, not_what_it_says
from wnb.ingest.reasons import refused

MOST_PARTS = 10_000
MOST_BYTES = 4 << 30
RATIO, FREE = 100, 8 << 20
"""A part, and the whole, may unpack to RATIO times its size; below FREE bytes nobody counts."""

BEFORE = re.compile(rb"[\xef\xbb\xbf\xff\xfe\s]*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*", re.DOTALL)  # declarations, comments
PIECE, MOST_BEFORE = 1 << 16, 1 << 20
COMMENT = 1 << 16  # the longest at an archive's end
LINKS = re.compile(r"xl/externalLinks/", re.IGNORECASE)


def leaves_its_folder(name: str) -> bool:
    """Whether a member's name would be written outside the folder it is unpacked into."""
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or (len(name) > 1 and name[1] == ":")


def look_over(content: Path, name: str) -> None:
    """Refuse what no spreadsheet program writes.

    Raises:
        Refused: not an archive, cut, a bomb, names that leave the folder, a document type, no workbook inside.
    """
    with content.open("rb") as file:
        head = file.read(512)
    if not head:
        raise refused("empty_file", f"{name} has 0 bytes")
    if not head.startswith(b"PK"):
        raise not_what_it_says(kind_of(head) or "not a workbook", name)
    try:
        with zipfile.ZipFile(content) as archive:
            parts = archive.infolist()
            names = [part.filename for part in parts]
            if any(leaves_its_folder(part) for part in names):
                raise refused("path_traversal", name, {"content_type": 1})
            unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
            if (
                len(parts) > MOST_PARTS
                or unpacked > MOST_BYTES
                or (unpacked > FREE and unpacked > RATIO * max(1, packed))
                or any(part.file_size > FREE and part.file_size > RATIO * max(1, part.compress_size) for part in parts)
            ):
                raise refused("expansion_ratio", f"{name} unpacks {packed:,} bytes to {unpacked:,}")
            if len(set(names)) != len(names):
                raise refused("content_type", f"{name} holds two parts of one name")
            if any(part.flag_bits & 1 for part in parts):
                raise not_what_it_says("encrypted", name)
            if "xl/workbook.xml" not in names:
                raise not_what_it_says("a zip archive without a workbook of the .xlsx kind", name)
            if min(part.header_offset for part in parts) or not _ends_where_it_ends(content):
                raise refused("content_type", f"{name} is more than one file: bytes stand before or behind its archive")
            if any(LINKS.match(part) for part in names):
                raise refused(
                    "content_type",
                    f"{name} is linked to other workbooks: what its cells show is of another file and day",
                )
            for part in parts:
                if not part.filename.lower().endswith(".svg") and _has_document_type(archive, part):  # pictures may
                    raise refused("xml_dtd", f"{name}, part {part.filename[:80]}")
    except (zipfile.BadZipFile, EOFError):
        raise refused("truncated", f"{name} is not a whole archive", {"content_type": 1}) from None
    except (NotImplementedError, OSError, ValueError):
        raise refused("content_type", f"{name} is packed in a way no spreadsheet writes") from None
    except zipfile.zlib.error:  # type: ignore[attr-defined]
        raise refused("checksum", f"{name} is damaged") from None


def _ends_where_it_ends(content: Path) -> bool:
    """Whether nothing stands behind the archive's end, which says how long its comment is."""
    with content.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - COMMENT - 22))
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    return end >= 0 and end + 22 + int.from_bytes(tail[end + 20 : end + 22], "little") == len(tail)


def _has_document_type(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether XML, in whatever part it stands, declares a document type before its root, however far down that is."""
    with archive.open(part) as opened:
        told = b""
        while (piece := opened.read(PIECE)) and len(told) < MOST_BEFORE:
            told += piece.replace(b"\0", b"")  # of UTF-16
            rest = told[BEFORE.match(told).end() :]  # type: ignore[union-attr]
            if rest and not rest.startswith((b"<!--", b"<?")) and len(rest) > 2:
                return rest.startswith(b"<!")
    return len(told) >= MOST_BEFORE


def refuse_archive(content: Path, name: str) -> None:
    """Refuse a zip archive where text is expected, and say so where its names leave their folder. Nothing is unpacked.

    Raises:
        Refused: always.
    """
    try:
        with zipfile.ZipFile(content) as archive:
            outside = any(leaves_its_folder(part.filename) for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        outside = False
    if outside:
        raise refused("path_traversal", name, {"content_type": 1})
    raise not_what_it_says("a zip archive or workbook", name)
