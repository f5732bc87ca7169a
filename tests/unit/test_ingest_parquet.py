"""Parquet: typed columns taken as they are, damaged files not at all."""

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.extracts import NAMES, ROWS, agency, ids, outcome, reading
from wnb.ingest.verdict import Reading

ALL = [text.split(",")[0] for text in ROWS]


def table(**changed: pa.Array) -> pa.Table:
    columns = dict(zip(NAMES, zip(*[text.split(",") for text in ROWS], strict=True), strict=True))
    return pa.table({name: changed.get(name, pa.array(list(values))) for name, values in columns.items()})


def read_table(folder: Path, told: pa.Table | bytes, **extract: object) -> Reading:
    path = folder / "written.parquet"
    if isinstance(told, bytes):
        whole = told
    else:
        pq.write_table(told, path, write_page_checksum=True, compression="none")
        whole = path.read_bytes()
    return reading(folder, whole, agency(format="parquet", files="*.parquet", **extract), "extract.parquet")


def whole_file(folder: Path) -> bytes:
    read_table(folder, table())
    return (folder / "written.parquet").read_bytes()


def test_text_is_read_by_the_declared_forms(tmp_path: Path) -> None:
    found = read_table(tmp_path, table())
    assert (outcome(found), ids(found)) == ("accepted", ALL)
    assert found.rows["line"].to_pylist() == [1, 2, 3, 4, 5, 6]


def test_instants_are_told_by_the_partnerships_clocks_and_local_times_stay(tmp_path: Path) -> None:
    moment = datetime(2026, 3, 29, 1, 30)
    utc = pa.array([moment.replace(tzinfo=UTC)] * 6, pa.timestamp("us", "UTC"))
    by = {"status": pa.array(["BOOKED"] * 6)}
    assert read_table(tmp_path, table(appt_start=utc, **by)).rows["appointment_at"].to_pylist()[0] == datetime(
        2026, 3, 29, 2, 30
    )
    local = pa.array([datetime(2026, 3, 2, 9, 30)] * 6, pa.timestamp("ns"))
    assert read_table(tmp_path, table(appt_start=local)).rows["appointment_at"].to_pylist()[0] == datetime(
        2026, 3, 2, 9, 30
    )


def test_typed_dates_numbers_and_dictionaries_are_what_they_say(tmp_path: Path) -> None:
    changed = {
        "dob": pa.array([date(2012, 1, 13)] * 5 + [None], pa.date32()),
        "nhs_number": pa.array([9_990_001_006.0, None, *[9_990_001_146.0] * 4], pa.float64()),
        "status": pa.array(["DNA"] * 6).dictionary_encode(),
    }
    found = read_table(tmp_path, table(**changed))
    assert found.rows["nhs_number"].to_pylist()[:2] == [9_990_001_006, None]
    assert found.rows["date_of_birth"].to_pylist()[4:] == [date(2012, 1, 13), None]
    assert dict(found.reasons) == {"dob_missing": 1, "nhs_missing": 1}


def test_a_column_whose_name_is_no_text_refuses_the_file(tmp_path: Path) -> None:
    found = read_table(tmp_path, whole_file(tmp_path).replace(b"family_name", b"family_n\xff\xfee"))
    assert outcome(found) == "rejected"
    assert "cannot be read as Parquet" in found.note


def test_a_cut_a_damaged_and_a_false_file_are_refused(tmp_path: Path) -> None:
    whole = whole_file(tmp_path)
    assert dict(read_table(tmp_path, whole[:-20]).reasons) == {"truncated": 1}
    at = whole.index(b"SMITH")
    assert "checksum" in read_table(tmp_path, whole[:at] + b"SMYTH" + whole[at + 5 :]).reasons
    assert dict(read_table(tmp_path, b"appt_id,nhs_number\n").reasons) == {"content_type": 1}
    assert dict(read_table(tmp_path, b"").reasons) == {"empty_file": 1}


def test_a_column_that_is_gone_or_is_no_column_of_text_is_refused(tmp_path: Path) -> None:
    assert "missing_column" in read_table(tmp_path, table().drop_columns(["status"])).reasons
    nested = pa.array([["DNA"]] * 6)
    assert dict(read_table(tmp_path, table(status=nested)).reasons) == {"content_type": 1}


def test_a_row_set_aside_is_kept_whole(tmp_path: Path) -> None:
    found = read_table(tmp_path, table(status=pa.array(["X9", *["ATT"] * 5])))
    assert dict(found.reasons) == {"unknown_status": 1}
    assert '"appt_id": "A1001"' in found.quarantined["raw"][0].as_py()


def test_conflicting_rows_are_found_again(tmp_path: Path) -> None:
    twice = pa.concat_tables([table(), table(status=pa.array(["CANP"] * 6)).slice(0, 1)])
    found = read_table(tmp_path, twice)
    assert found.quarantined["line"].to_pylist() == [1, 7]
    assert dict(found.reasons) == {"conflicting_duplicate": 2}


def test_a_day_beyond_the_nanoseconds_is_not_turned_into_another(tmp_path: Path) -> None:
    """INT96, as Spark and Impala wrote it: the year 2600 would come out as 2015."""
    far = pa.array([datetime(2600, 1, 1)] * 6, pa.timestamp("us"))
    pq.write_table(
        table(appt_start=far, status=pa.array(["BOOKED"] * 6)), tmp_path / "spark", use_deprecated_int96_timestamps=True
    )
    found = read_table(tmp_path, (tmp_path / "spark").read_bytes())
    assert dict(found.reasons) == {"invalid_date": 6}


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("compression", ["none", "snappy", "zstd", "gzip"])
def test_a_flipped_bit_in_a_page_with_a_checksum_never_changes_what_is_read(
    tmp_path: Path, version: str, compression: str
) -> None:
    path = tmp_path / "whole"
    pq.write_table(table(), path, write_page_checksum=True, compression=compression, data_page_version=version)
    whole = path.read_bytes()
    truth = read_table(tmp_path, whole)
    assert ids(truth) == ALL
    data = pq.ParquetFile(path).metadata.row_group(0).column(2)
    begin = data.dictionary_page_offset or data.data_page_offset
    refused = 0
    for at in range(begin, begin + data.total_compressed_size, 5):
        found = read_table(tmp_path, whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        refused += found.rejected
        assert found.rejected or found.rows.equals(truth.rows)  # what a page says of itself has no checksum
    assert refused > 0


def test_a_file_that_says_more_rows_than_it_holds_or_swells_is_refused(tmp_path: Path) -> None:
    one = pa.array(["x" * (1 << 20)] * 6).dictionary_encode()
    swollen = table(service=one.take(pa.array([0] * 6)))
    pq.write_table(pa.concat_tables([swollen] * 500), tmp_path / "big", compression="zstd", use_dictionary=False)
    found = read_table(tmp_path, (tmp_path / "big").read_bytes())
    assert dict(found.reasons) == {"expansion_ratio": 1}


@pytest.mark.parametrize("first", [6, 0])
def test_two_files_one_behind_the_other_are_never_read_as_the_second_alone(tmp_path: Path, first: int) -> None:
    parts = []
    for part in (table().slice(0, first), table()):
        pq.write_table(part, tmp_path / "part.parquet", write_page_index=True)
        parts.append((tmp_path / "part.parquet").read_bytes())
    found = read_table(tmp_path, b"".join(parts))
    assert (outcome(found), "content_type" in found.reasons) == ("rejected", True)
    assert ids(read_table(tmp_path, parts[1])) == ALL


def test_ids_like_a_mark_of_the_format_are_ids(tmp_path: Path) -> None:
    names = pa.array([f"PAR1{number}" for number in range(6)])
    pq.write_table(table(appt_id=names), tmp_path / "part.parquet", write_page_index=True)
    assert len(ids(read_table(tmp_path, (tmp_path / "part.parquet").read_bytes()))) == 6


def test_an_id_in_a_column_of_floats_that_holds_no_such_number_sets_its_row_aside(tmp_path: Path) -> None:
    numbers = pa.array([1e15, float(1 << 53) + 2, *(1e15 + n for n in range(1, 5))])
    found = read_table(tmp_path, table(appt_id=numbers))
    assert ids(found) == ["1000000000000000", *(f"100000000000000{n}" for n in range(1, 5))]
    assert dict(found.reasons) == {"nhs_scientific": 1}
