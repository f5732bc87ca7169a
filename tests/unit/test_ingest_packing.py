"""gzip of any container: what it held is read as if it had never been packed, and whatever is wrong with it is said."""

import gzip
import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.extracts import LONDON, NIGHT, agency, ids, lines, outcome
from tests.unit.test_ingest_excel import book, cells, content
from tests.unit.test_ingest_fhir import BY, appointment, ndjson, patient
from tests.unit.test_ingest_parquet import table
from wnb.agency import Agency
from wnb.ingest import packing, source
from wnb.ingest.reading import read
from wnb.ingest.suggest import suggest
from wnb.ingest.verdict import Reading


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(table(), out)
    return out.getvalue()


CONTAINERS: dict[str, tuple[Agency, Callable[[], bytes]]] = {
    "csv": (agency(), lines),
    "xlsx": (agency(format="excel", files="*"), lambda: content(book(cells()))),
    "parquet": (agency(format="parquet", files="*"), parquet),
    "ndjson": (BY, lambda: ndjson(patient(), *(appointment(f"A{n}") for n in range(6))).encode()),
}
every = pytest.mark.parametrize("ending", CONTAINERS)


def read_as(folder: Path, ending: str, whole: bytes, name: str = "") -> Reading:
    path = folder / "content"
    path.write_bytes(whole)
    return read(path, name or f"extract.{ending}.gz", CONTAINERS[ending][0], LONDON, NIGHT)


@every
def test_it_is_read_as_if_it_had_never_been_packed(tmp_path: Path, ending: str) -> None:
    whole = CONTAINERS[ending][1]()
    plain = read_as(tmp_path, ending, whole, f"extract.{ending}")
    packed = read_as(tmp_path, ending, gzip.compress(whole))
    assert (outcome(plain), len(ids(plain))) == ("accepted", 6)
    assert packed.rows.equals(plain.rows)


@every
def test_any_number_of_members_is_one_file(tmp_path: Path, ending: str) -> None:
    whole = CONTAINERS[ending][1]()
    packed = b"".join(gzip.compress(whole[at : at + 97]) for at in range(0, len(whole), 97)) + gzip.compress(b"")
    assert len(ids(read_as(tmp_path, ending, packed))) == 6


def flipped(packed: bytes) -> bytes:
    damaged = bytearray(packed)
    damaged[-6] ^= 1  # of the checksum at its end
    return bytes(damaged)


@every
@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda packed, whole: packed[:-1], "truncated"),
        (lambda packed, whole: packed[: len(packed) // 2], "truncated"),
        (lambda packed, whole: packed[:9], "truncated"),
        (lambda packed, whole: packed + gzip.compress(whole)[:-9], "truncated"),
        (lambda packed, whole: packed + b"junk", "checksum"),
        (lambda packed, whole: packed + whole, "checksum"),
        (lambda packed, whole: flipped(packed), "checksum"),
        (lambda packed, whole: packed[:10] + b"\xff" + packed[11:], "checksum"),
        (lambda packed, whole: whole, "content_type"),
        (lambda packed, whole: zlib.compress(whole), "content_type"),
        (lambda packed, whole: gzip.compress(packed), "content_type"),
        (lambda packed, whole: gzip.compress(b"%PDF-1.7\n" + whole), "content_type"),
        (lambda packed, whole: b"", "empty_file"),
        (lambda packed, whole: gzip.compress(b""), "empty_file"),
    ],
    ids=["one byte short", "half", "head alone", "a second member cut", "junk behind", "its own bytes behind",
         "checksum", "damaged", "not packed", "zlib", "packed twice", "another kind packed", "nothing", "none packed"],
)  # fmt: skip
def test_a_file_that_is_not_a_whole_gzip_of_its_container_is_refused(
    tmp_path: Path, ending: str, spoil: Callable[[bytes, bytes], bytes], reason: str
) -> None:
    whole = CONTAINERS[ending][1]()
    found = read_as(tmp_path, ending, spoil(gzip.compress(whole), whole))
    assert (outcome(found), reason in found.reasons) == ("rejected", True)


@every
def test_a_packed_file_whose_name_does_not_say_so_is_refused(tmp_path: Path, ending: str) -> None:
    found = read_as(tmp_path, ending, gzip.compress(CONTAINERS[ending][1]()), f"extract.{ending}")
    assert dict(found.reasons) == {"content_type": 1}


@every
def test_a_bomb_is_refused_and_never_unpacked_to_its_end(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "FREE", 1 << 20)
    monkeypatch.setattr(packing, "PIECE", 1 << 18)
    monkeypatch.setattr(source, "BLOCK", 1 << 18)
    whole = CONTAINERS[ending][1]()
    found = read_as(tmp_path, ending, gzip.compress(whole + b"\n" * (4 << 20), 9))
    assert dict(found.reasons) == {"expansion_ratio": 1}


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_a_proposal_is_made_of_it_too(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "content"
    path.write_bytes(gzip.compress(CONTAINERS[ending][1]()))
    told = CONTAINERS[ending][0].extract.format
    assert f"format: {told}" in suggest(path, f"extract.{ending}.gz").yaml


def test_nothing_of_an_unpacked_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "passing"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    for ending, (_, whole) in CONTAINERS.items():
        read_as(tmp_path, ending, gzip.compress(whole()))
        read_as(tmp_path, ending, gzip.compress(whole())[:-1])
    assert list(place.iterdir()) == []
