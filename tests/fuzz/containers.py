"""Workbooks, Parquet and FHIR whose bytes are bent anyhow: they are refused or read, and are never a fault of ours.

They are read as the night reads them, in a process of their own: a library that kills it costs the file and no more.
"""

import gzip
import io
import zipfile
from functools import cache
from pathlib import Path
from random import Random

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.extracts import LONDON, NAMES, NIGHT, ROWS, agency
from wnb.ingest.isolation import reader

CONTAINERS = ("excel", "parquet", "parquet-packed", "fhir-ndjson", "fhir-bundle", "csv-packed")
FHIR = (
    '{"resourceType":"Patient","id":"p1","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number",'
    '"value":"9990001006"}],"name":[{"family":"SMITH","given":["Amara"]}],"birthDate":"2012-01-13"}',
    '{"resourceType":"Appointment","id":"a1","status":"noshow","start":"2026-03-02T09:30:00Z",'
    '"participant":[{"actor":{"reference":"Patient/p1"},"status":"accepted"}]}',
    '{"resourceType":"Appointment","id":"a2","status":"fulfilled","start":"2026-03-03T09:30:00+01:00",'
    '"participant":[{"actor":{"reference":"Patient/p1"},"status":"accepted"}]}',
)
SPLICES = (
    b"\0",
    b"null",
    b"[",
    b"{",
    b'"',
    b"-1",
    b"1e999",
    b"\\ud800",
    b"\xff",
    b"NaN",
    b"[[[[",
    b"<!DOCTYPE",
    b"&x;",
)


@cache
def sound(container: str) -> bytes:
    """A small extract in this container."""
    out = io.BytesIO()
    cells = [row.split(",") for row in ROWS]
    match container:
        case "excel":
            book = openpyxl.Workbook()
            for line in (list(NAMES), *cells):
                book.active.append(line)  # type: ignore[union-attr]
            book.save(out)
        case "parquet" | "parquet-packed":
            columns = dict(zip(NAMES, map(list, zip(*cells, strict=True)), strict=True))
            pq.write_table(pa.table(columns), out, compression="none" if container == "parquet" else "zstd")
        case "fhir-ndjson":
            out.write("\n".join((*FHIR, "")).encode())
        case "fhir-bundle":
            entries = ",".join(f'{{"resource":{resource}}}' for resource in FHIR)
            out.write(f'{{"resourceType":"Bundle","type":"collection","entry":[{entries}]}}'.encode())
        case _:
            out.write(gzip.compress("\n".join((",".join(NAMES), *ROWS, "")).encode(), mtime=0))
    return out.getvalue()


def mutated(container: str, seed: str) -> bytes:
    """Its bytes flipped, lost, told again, pasted over; of a workbook also the parts within, so that they are read."""
    rng = Random(f"{container} {seed}")
    whole = bytearray(sound(container))
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(whole)) if whole else 0
        match rng.randrange(5):
            case 0 if whole:
                whole[at] ^= 1 << rng.randrange(8)
            case 1:
                del whole[at : at + rng.choice([1, 4, 40, 400])]
            case 2:
                whole[at:at] = whole[at : at + rng.randint(1, 200)]
            case 3:
                whole[at:at] = rng.choice(SPLICES)
            case _:
                whole[at : at + 4] = rng.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"])
    if container == "excel" and rng.random() < 0.7:
        return _within_a_workbook(rng)
    return bytes(whole)


def _within_a_workbook(rng: Random) -> bytes:
    """A whole archive of which one part is bent."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sound("excel"))) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        bent = rng.choice(old.namelist())
        for name in old.namelist():
            part = bytearray(old.read(name))
            for _ in range(rng.randint(1, 5) if name == bent else 0):
                at = rng.randrange(len(part)) if part else 0
                match rng.randrange(3):
                    case 0 if part:
                        part[at] ^= 1 << rng.randrange(8)
                    case 1:
                        del part[at : at + rng.choice([1, 10, 100])]
                    case _:
                        part[at:at] = rng.choice(SPLICES)
            new.writestr(name, bytes(part))
    return out.getvalue()


def told_wrongly(container: str, content: bytes, folder: Path) -> list[str]:
    """What does not hold of its reading, in words."""
    form = container.split("-packed")[0].replace("bundle", "ndjson")
    path = folder / "content"
    path.write_bytes(content)
    name = {"excel": "x.xlsx", "parquet": "x.parquet", "csv": "x.csv.gz"}.get(form, "x.ndjson")
    try:
        found = reader().read(path, name, agency(format=form), LONDON, NIGHT)
    except Exception as fault:
        return [f"{container} raised {type(fault).__name__}"]
    faults = [found.note] if "a fault of the program" in found.note else []
    if not found.rejected and found.rows.num_rows + found.superseded + found.quarantined.num_rows != found.records:
        faults.append(f"{container}: the records do not add up")
    faults += [f"{container}: the note tells of a child" for word in ("SMITH", "9990001006") if word in found.note]
    return faults
