"""What must hold of every reading of a case, whatever was done to its bytes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa

from tests.extracts import HEADER, LONDON, NIGHT, agency
from tests.fuzz.case import Case
from wnb.agency import Agency
from wnb.ingest import alike as found_alike
from wnb.ingest import source, spool, text
from wnb.ingest.ids import ROUNDED
from wnb.ingest.reading import Reading, in_pieces, read
from wnb.ingest.scan import scan

SMALL = (
    (source, "BLOCK", 2_000), (source, "SHORT", 100), (found_alike, "IN_MEMORY", 100), (found_alike, "AT_ONCE", 30),
    (found_alike, "SORTED_AT_ONCE", 50), (spool, "MAPPED", 3),
)  # fmt: skip
"""Every size by which a large file is taken in parts, so small that these files are large."""

WHOLE = [getattr(module, size) for module, size, _ in SMALL]
PARTS = ("records", "superseded", "reasons", "ids_set_aside", "unreadable", "unverified")
TYPED = (
    "appointment_id", "appointment_at", "original_code", "nhs_number", "given_name", "family_name", "date_of_birth",
    "service",
)  # fmt: skip
FAULT = "a fault of the program"


@contextmanager
def read_by(block: int | None = None, careful: bool | None = None) -> Iterator[None]:
    """Blocks of so many bytes, and all else that is taken in parts in small ones; the careful scanner everywhere."""
    was = text.scan
    if block:
        for module, size, value in (*SMALL, (source, "BLOCK", block), (source, "SHORT", block // 16)):
            setattr(module, size, value)
    if careful:
        text.scan = partial(scan, careful=True)  # type: ignore[assignment]
    try:
        yield
    finally:
        for (module, size, _), value in zip(SMALL, WHOLE, strict=True):
            setattr(module, size, value)
        text.scan = was


def judge(case: Case, folder: Path) -> list[str]:
    """What does not hold of a case, in words; nothing where all is well."""
    path = folder / "content"
    path.write_bytes(case.content)
    by = agency(case.columns, **case.extract)
    rng = Random(case.seed)
    faults: list[str] = []
    small = rng.randint(900, 4_000)
    try:
        found = read(path, case.name, by, LONDON, NIGHT)
        faults += of_one(case, found)
        with read_by(block=small if "habit" not in case.damage else None):  # which the first block shows
            faults += alike(found, pieces(case, path, by), "in small pieces")
        with read_by(careful=True):
            faults += alike(found, read(path, case.name, by, LONDON, NIGHT), "by the careful path")
    except Exception as fault:
        faults.append(f"raised {type(fault).__name__}: {fault}")
    return faults


def of_one(case: Case, found: Reading) -> list[str]:
    """What does not hold of one reading."""
    faults = [f"the note tells of a child: {word}" for word in _private(case) if word in found.note]
    if FAULT in found.note:
        faults.append(found.note)
    if found.rejected:
        if case.harmless:
            faults.append(f"a sound file is refused: {found.note}")
        if found.records or found.rows.num_rows or not found.reasons or not found.note:
            faults.append("a refused file has rows, or no reason")
        return faults
    if case.refuse:
        faults.append("a file that must be refused is taken")
    if found.rows.num_rows + found.superseded + found.quarantined.num_rows != found.records:
        faults.append("the records do not add up")
    if case.nothing_certain:
        return faults
    if "packed_badly" in case.damage and len(case.damage) == 1 and found.quarantined.num_rows:
        faults.append("a damaged packed file is neither refused nor whole")
    return faults + list(_rows(case, found))


def _rows(case: Case, found: Reading) -> Iterator[str]:
    dirty, idless, never = set(case.dirty), set(case.idless), set(case.never)
    accepted: set[str] = set()
    for row in found.rows.select(TYPED).to_pylist():
        told = [_plain(value) for value in row.values()]
        name = told[0]
        accepted.add(name)
        if re.fullmatch(ROUNDED, name):
            yield f"an id that a spreadsheet rounded is taken for one: {name}"
        if case.damage == ["ancient"] and name in dirty and told[6] is not None:
            yield f"{name} is older than anybody, and has an age"
        if name not in case.truth:
            if not idless:
                yield f"a record that never was: {name!r}"
        elif name in never:
            yield f"{name} cannot be what was delivered, and is accepted"
        elif name not in dirty and told != case.truth[name] and not _nobody(case, told, found):
            yield f"{name} is bent: {told} for {case.truth[name]}"
        if case.damage == ["lost_zero"] and name in dirty and told[3] is not None:
            yield f"{name} has the number {told[3]} of one that does not verify"
    aside = "\n".join(found.quarantined["raw"].to_pylist())
    for name in case.truth:
        if name in accepted or name in case.gone or name in idless:
            continue
        if name not in aside:
            yield f"{name} has vanished"
        elif name not in found.ids_set_aside and not found.unreadable:
            yield f"{name} is set aside, and a snapshot would take it for withdrawn"
    if case.harmless and (found.quarantined.num_rows or len(accepted) != len(case.truth)):
        yield f"a sound file has rows set aside: {dict(found.reasons)}"


def _nobody(case: Case, told: list[Any], found: Reading) -> bool:
    """Whether only the number is gone: a bent record gave it to another person."""
    true = case.truth[told[0]]
    return told[3] is None and "identity_conflict" in found.reasons and told[:3] + told[4:] == true[:3] + true[4:]


def _plain(value: object) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    return value.isoformat(" ") if hasattr(value, "hour") else value.isoformat()  # type: ignore[attr-defined]


def _private(case: Case) -> set[str]:
    words = {str(word) for told in case.truth.values() for word in (told[0], told[3], told[4], told[5])}
    return {word for word in words if len(word) > 4 and word not in HEADER}


def alike(one: Reading, other: Reading, how: str) -> list[str]:
    """Where two readings of the same file differ."""
    if one.rejected or other.rejected:
        return (
            [] if one.rejected == other.rejected else [f"{how}: refused {one.rejected}, {other.rejected}: {other.note}"]
        )
    faults = [
        f"{how}: {part} {getattr(one, part)} and {getattr(other, part)}"
        for part in PARTS
        if getattr(one, part) != getattr(other, part)
    ]
    if not one.rows.equals(other.rows):
        faults.append(f"{how}: other rows are accepted")
    if not one.quarantined.equals(other.quarantined):
        faults.append(f"{how}: other records are set aside")
    return faults


def pieces(case: Case, path: Path, by: Agency) -> Reading:
    """The file read in pieces that wait on disk, put together."""
    with in_pieces(path, case.name, by, LONDON, NIGHT, in_memory=0) as told:
        rows = pa.concat_tables([told.reading.rows, *told.rows()])
        aside = pa.concat_tables([told.reading.quarantined, *told.set_aside()])
        return replace(told.reading, rows=rows, quarantined=aside)
