"""FHIR: appointments of patients, read in one way or set aside."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.extracts import BASE, LONDON, NIGHT, ids, outcome
from wnb.config import Agency
from wnb.ingest.fhir import CODES
from wnb.ingest.reading import read
from wnb.ingest.verdict import Reading
from wnb.terms import Outcome

BY = Agency.model_validate(
    {
        **{key: BASE[key] for key in ("agency", "name", "kind", "sharing")},
        "extract": {"format": "fhir-ndjson", "files": "*"},
    }
)


def patient(number: str = "9990001006", **more: object) -> dict[str, object]:
    return {
        "resourceType": "Patient",
        "id": f"p{number[-3:]}",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": number}],
        "name": [{"use": "official", "family": "SMITH", "given": ["Amara", "Jo"]}],
        "birthDate": "2012-01-13",
        **more,
    }


def appointment(ident: str, status: str = "noshow", of: str = "p006", **more: object) -> dict[str, object]:
    return {
        "resourceType": "Appointment",
        "id": ident,
        "status": status,
        "start": "2026-03-02T09:30:00Z",
        "participant": [{"actor": {"reference": "Location/1"}}, {"actor": {"reference": f"Patient/{of}"}}],
        **more,
    }


def ndjson(*resources: dict[str, object]) -> str:
    return "".join(json.dumps(resource) + "\n" for resource in resources)


def read_text(folder: Path, text: str | bytes) -> Reading:
    path = folder / "content"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path, "extract.ndjson", BY, LONDON, NIGHT)


def test_an_appointment_is_told_with_its_patient(tmp_path: Path) -> None:
    more = {"serviceType": [{"text": "Eyes"}], "meta": {"lastUpdated": "2026-03-02T18:00:00.123+00:00"}}
    found = read_text(
        tmp_path, ndjson(appointment("A1", **more), patient(gender="female", address=[{"postalCode": "ZZ1"}]))
    )
    (row,) = found.rows.to_pylist()
    assert outcome(found) == "accepted"
    assert (row["line"], row["told"], row["original_code"]) == (1, Outcome.NOT_ATTENDED, "noshow")
    assert (row["nhs_number"], row["child_local_id"], row["given_name"]) == (9_990_001_006, "p006", "Amara Jo")
    assert (row["date_of_birth"], row["postcode"], row["sex"]) == (date(2012, 1, 13), "ZZ1", "female")
    assert (row["appointment_at"], row["recorded_at"]) == (datetime(2026, 3, 2, 9, 30), datetime(2026, 3, 2, 18))
    assert row["service"] == "Eyes"


def test_an_instant_is_told_by_the_partnerships_clocks(tmp_path: Path) -> None:
    found = read_text(tmp_path, ndjson(patient(), appointment("A1", "booked", start="2026-06-01T23:30:00Z")))
    assert found.rows["appointment_at"].to_pylist() == [datetime(2026, 6, 2, 0, 30)]


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        (None, Outcome.CANCELLED_BY_PROVIDER),
        ("pat-crs", Outcome.CANCELLED_BY_FAMILY),
        ("prov-pers", Outcome.CANCELLED_BY_PROVIDER),
        ("maint", Outcome.SERVICE_FAULT),
        ("meds-inc", Outcome.SERVICE_FAULT),
        ("oth-weath", Outcome.CANCELLED_BY_PROVIDER),
    ],
)
def test_a_cancellation_is_whose_the_reason_says(tmp_path: Path, code: str | None, meant: Outcome) -> None:
    reason = {"cancelationReason": {"coding": [{"code": code}]}} if code else {}
    found = read_text(tmp_path, ndjson(patient(), appointment("A1", "cancelled", **reason)))
    assert found.rows["told"].to_pylist() == [meant]


def test_every_status_of_the_standard_has_a_meaning_and_no_other(tmp_path: Path) -> None:
    statuses = {"proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow", "waitlist"}
    assert {*statuses, "entered-in-error", "checked-in"} <= set(CODES)
    found = read_text(tmp_path, ndjson(patient(), appointment("A1", "missed")))
    assert dict(found.reasons) == {"unknown_status": 1}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"resourceType": "Appointment", "status": "noshow", "status": "fulfilled"}', "json_duplicate_key"),
        ('{"resourceType": "Appointment", "id": "A2", "minutesDuration": NaN}', "json"),
        ('{"resourceType": "Appointment", "id": "A2", "description": "\\ud800"}', "encoding"),
        ('{"resourceType": "Appointment", "id": "A2", ', "json"),
        ("[" * 100_000 + "]" * 100_000, "json"),
        ("[]", "json"),
        ('"Appointment"', "json"),
        ('{"resourceType": "Appointment", "n": ' + "9" * 5_000 + "}", "json"),
    ],
    ids=["key twice", "NaN", "half a pair", "cut", "deep", "array", "string", "huge number"],
)
def test_a_line_that_cannot_be_read_in_one_way_is_set_aside_and_its_neighbours_stay(
    tmp_path: Path, line: str, reason: str
) -> None:
    found = read_text(tmp_path, ndjson(patient(), appointment("A1")) + line + "\n" + ndjson(appointment("A3")))
    assert (ids(found), dict(found.reasons), found.records) == (["A1", "A3"], {reason: 1}, 3)
    assert found.quarantined["raw"].to_pylist() == [line]


def test_bytes_that_are_no_text_set_their_line_aside(tmp_path: Path) -> None:
    bad = json.dumps(appointment("A2")).encode().replace(b"noshow", b"no\xffshow")
    found = read_text(tmp_path, ndjson(patient(), appointment("A1")).encode() + bad + b"\n")
    assert (ids(found), dict(found.reasons)) == (["A1"], {"encoding": 1})


def test_line_separators_inside_a_string_end_no_line(tmp_path: Path) -> None:
    text = ndjson(patient()) + json.dumps(appointment("A1", description="a\u2028b\u0085c"), ensure_ascii=False) + "\n"
    assert ids(read_text(tmp_path, text)) == ["A1"]


def test_a_last_line_cut_short_condemns_the_file_and_a_whole_one_without_newline_does_not(tmp_path: Path) -> None:
    whole = ndjson(patient(), appointment("A1"), appointment("A2"))
    cut = read_text(tmp_path, whole[:-30])
    assert outcome(cut) == "rejected"
    assert "truncated" in cut.reasons
    assert dict(read_text(tmp_path, whole[:-1]).reasons) == {"no_final_newline": 1}


def test_an_appointment_of_nobody_or_of_two_waits(tmp_path: Path) -> None:
    both = [{"actor": {"reference": "Patient/p006"}}, {"actor": {"reference": "Patient/p073"}}]
    found = read_text(
        tmp_path,
        ndjson(patient(), patient("9990001073"), appointment("A1", of="p9"), appointment("A2", participant=both))
        + ndjson(appointment("A3", participant=[]), appointment("A4")),
    )
    assert (ids(found), dict(found.reasons)) == (["A4"], {"unresolved_reference": 3})
    assert found.ids_set_aside == {"A1", "A2", "A3"}


def test_a_patient_told_twice_and_differently_is_nobody(tmp_path: Path) -> None:
    found = read_text(tmp_path, ndjson(patient(), appointment("A1"), patient()))
    assert ids(found) == ["A1"]
    found = read_text(tmp_path, ndjson(patient(), appointment("A1"), patient(birthDate="2015-01-01")))
    assert dict(found.reasons) == {"unresolved_reference": 1}


def test_a_patient_that_cannot_be_read_leaves_a_word_and_no_record(tmp_path: Path) -> None:
    broken = '{"resourceType": "Patient", "id": "p006", "id": "p007"}\n'
    found = read_text(tmp_path, broken + ndjson(appointment("A1")))
    assert (found.records, dict(found.reasons)) == (1, {"json_duplicate_key": 1, "unresolved_reference": 1})


def test_a_bundle_on_many_lines_is_read_too(tmp_path: Path) -> None:
    entries = [
        {"fullUrl": "urn:uuid:1", "resource": patient()},
        {"resource": appointment("A1", participant=[{"actor": {"reference": "urn:uuid:1"}}])},
        {"resource": appointment("A2")},
    ]
    text = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}, indent=1)
    assert ids(read_text(tmp_path, text)) == ["A1", "A2"]


def test_a_birth_date_without_its_day_is_no_age(tmp_path: Path) -> None:
    found = read_text(tmp_path, ndjson(patient(birthDate="2012-01"), appointment("A1")))
    assert (dict(found.reasons), found.unverified) == ({"dob_partial": 1}, 1)
