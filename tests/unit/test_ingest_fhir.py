"""FHIR: appointments of patients, read in one way or set aside."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.extracts import BASE, LONDON, NIGHT, ids, outcome
from wnb.agency import Agency
from wnb.ingest.fhir_resources import CODES
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


def test_an_entry_may_be_referred_to_by_where_it_is_kept(tmp_path: Path) -> None:
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


# ---------------------------------------------------------------- Bundles, in a line or over many


def bundle(*resources: object, **more: object) -> dict[str, object]:
    entries = [
        each if isinstance(each, dict) and "resourceType" not in each else {"resource": each} for each in resources
    ]
    return {"resourceType": "Bundle", "type": "collection", **more, "entry": entries}


def many(number: int) -> list[dict[str, object]]:
    return [patient(), *(appointment(f"A{n}", comment="x" * 400) for n in range(number))]


WRITTEN = {
    "one line": lambda told: json.dumps(told),
    "one line and its newline": lambda told: json.dumps(told) + "\n",
    "many lines": lambda told: json.dumps(told, indent=2),
    "many lines, keys in order of letters": lambda told: json.dumps(told, indent=1, sort_keys=True) + "\n",
    "an entry a line": lambda told: (
        '{"resourceType":"Bundle","type":"collection","entry":[\n'
        + ",\n".join(map(json.dumps, told["entry"]))
        + "\n]}\n"
    ),
    "many lines that end with CRLF": lambda told: json.dumps(told, indent=1).replace("\n", "\r\n"),
}


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize(
    "number", [3, pytest.param(12_000, marks=pytest.mark.long)], ids=["short", "longer than eight million bytes"]
)
def test_a_bundle_is_read_however_it_is_written(tmp_path: Path, written: str, number: int) -> None:
    text = WRITTEN[written](bundle(*many(number)))
    found = read_text(tmp_path, text)
    assert (len(ids(found)), dict(found.reasons), found.records) == (number, {}, number)


def test_a_line_of_more_bytes_than_a_block_is_a_line(tmp_path: Path) -> None:
    told = bundle(patient(), *(appointment(f"A{n}", comment="x" * 100_000) for n in range(100)))
    assert len(ids(read_text(tmp_path, ndjson(told)))) == 100
    assert len(ids(read_text(tmp_path, json.dumps(told, indent=1)))) == 100


def test_bundles_may_be_lines_beside_resources(tmp_path: Path) -> None:
    found = read_text(
        tmp_path, ndjson(bundle(patient(), appointment("A1")), appointment("A2"), bundle(appointment("A3")))
    )
    assert (ids(found), found.rows["line"].to_pylist()) == (["A1", "A2", "A3"], [1, 2, 3])


def test_an_appointment_of_a_bundle_over_many_lines_is_found_on_its_line(tmp_path: Path) -> None:
    text = json.dumps(bundle(patient(), appointment("A1"), appointment("A2")), indent=1)
    told = [number for number, line in enumerate(text.split("\n"), 1) if '"Appointment"' in line]
    assert read_text(tmp_path, text).rows["line"].to_pylist() == told


def test_of_a_bundle_only_the_entry_that_can_be_read_in_two_ways_is_set_aside(tmp_path: Path) -> None:
    text = json.dumps(bundle(patient(), *(appointment(f"A{n}") for n in range(4))), indent=1)
    text = text.replace('"id": "A1",', '"id": "A1", "status": "fulfilled",').replace(
        '"id": "A2"', '"id": "A2", "x": NaN'
    )
    found = read_text(tmp_path, text)
    assert (ids(found), dict(found.reasons), found.records) == (["A0", "A3"], {"json_duplicate_key": 1, "json": 1}, 4)
    assert [json.loads(raw)["id"] for raw in found.quarantined["raw"].to_pylist()] == ["A1", "A2"]
    assert found.unreadable  # its id may be read in two ways, too


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"type": "collection"', '"type": "collection", "type": "searchset"', "json_duplicate_key"),
        ("}\n ]\n}", "}\n ]\n", "truncated"),
        ("}\n ]\n}", "}\n \n}", "json"),
        ("Amara", "\udcff", "encoding"),
    ],
    ids=["its own key twice", "cut", "broken", "no text"],
)
def test_a_bundle_of_which_nobody_can_say_how_many_it_holds_condemns_the_file(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    text = json.dumps(bundle(patient(), appointment("A1")), indent=1)
    assert old in text
    found = read_text(tmp_path, text.replace(old, new).encode("utf-8", "surrogateescape"))
    assert (outcome(found), reason in found.reasons) == ("rejected", True)


def test_a_bundle_on_a_broken_line_condemns_the_file_and_is_never_taken_for_a_patient(tmp_path: Path) -> None:
    broken = json.dumps(bundle(patient(), appointment("A1")))[:-2] + "\n"
    found = read_text(tmp_path, ndjson(patient(), appointment("A2")) + broken + ndjson(appointment("A3")))
    assert (outcome(found), dict(found.reasons)) == ("rejected", {"json": 1})


def test_a_page_of_a_search_is_not_the_whole(tmp_path: Path) -> None:
    more = {"type": "searchset", "link": [{"relation": "next", "url": "https://example.test/2"}]}
    first, last = bundle(patient(), appointment("A1"), **more), bundle(appointment("A2"), type="searchset")
    assert "truncated" in read_text(tmp_path, ndjson(first)).reasons
    assert ids(read_text(tmp_path, ndjson(first, last))) == ["A1", "A2"]


def test_a_search_that_found_more_than_is_there_is_not_the_whole(tmp_path: Path) -> None:
    entries = [
        {"resource": patient(), "search": {"mode": "include"}},
        {"resource": appointment("A1"), "search": {"mode": "match"}},
    ]
    assert ids(read_text(tmp_path, ndjson(bundle(*entries, total=1)))) == ["A1"]
    found = read_text(tmp_path, ndjson(bundle(*entries, total=2)))
    assert (outcome(found), dict(found.reasons)) == ("rejected", {"control_total": 1})


NEXT = {"type": "searchset", "link": [{"relation": "next", "url": "https://example.test/2"}]}


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ([(2, True, 1), (1, False, 1)], "control_total"),
        ([(1, True, 1), (4, False, 4)], "control_total"),
        ([(2, False, 1), (1, False, 3)], "control_total"),
        ([(1, False, 1), (2, True, 2)], "truncated"),
        ([(3, True, 2), (3, False, 1), (1, False, 1)], ""),
        ([(2, True, 2), (3, False, 1)], ""),
    ],
    ids=[
        "the second is of another search",
        "of another and larger",
        "too few, and another has more",
        "no next",
        "two searches",
        "it grew",
    ],
)
def test_of_several_searches_each_is_there_whole_or_the_file_is_refused(
    tmp_path: Path, pages: list[tuple[int, bool, int]], reason: str
) -> None:
    """By total, whether a next is promised, and how many it holds."""
    names = iter(range(99))
    told = [
        bundle(
            {"resource": patient(), "search": {"mode": "include"}},
            *({"resource": appointment(f"A{next(names)}"), "search": {"mode": "match"}} for _ in range(held)),
            total=total,
            **(NEXT if more else {}),
        )
        for total, more, held in pages
    ]
    found = read_text(tmp_path, ndjson(*told))
    assert list(found.reasons) == ([reason] if reason else [])


@pytest.mark.parametrize("severity", ["fatal", "error"])
def test_a_server_that_could_not_tell_everything_is_not_taken_for_one_that_did(tmp_path: Path, severity: str) -> None:
    outcome_of = {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "incomplete"}]}
    entry = {"resource": outcome_of, "search": {"mode": "outcome"}}
    for text in (ndjson(patient(), appointment("A1"), outcome_of), ndjson(bundle(patient(), appointment("A1"), entry))):
        assert dict(read_text(tmp_path, text).reasons) == {"truncated": 1}
    outcome_of["issue"] = [{"severity": "information", "code": "informational"}]
    assert ids(read_text(tmp_path, ndjson(patient(), appointment("A1"), outcome_of))) == ["A1"]


def test_what_changes_the_meaning_of_an_appointment_sets_it_aside(tmp_path: Path) -> None:
    """R4: whoever does not know a modifier may not act on what it modifies."""
    change = [{"url": "https://example.test/not-meant", "valueBoolean": True}]
    actor = {"actor": {"reference": "Patient/p006"}, "modifierExtension": change}
    for changed in ({"modifierExtension": change}, {"implicitRules": "https://a.test"}, {"participant": [actor]}):
        found = read_text(tmp_path, ndjson(patient(), appointment("A1", **changed), appointment("A2")))
        assert (ids(found), dict(found.reasons), found.ids_set_aside) == (["A2"], {"json": 1}, {"A1"})
    found = read_text(tmp_path, ndjson(patient(modifierExtension=change), appointment("A1")))
    assert dict(found.reasons) == {"json": 1, "unresolved_reference": 1}


def test_a_resource_that_was_taken_away_is_not_there_with_its_last_words(tmp_path: Path) -> None:
    gone = {"resource": appointment("A9"), "request": {"method": "DELETE", "url": "Appointment/A9"}}
    found = read_text(tmp_path, ndjson(bundle(patient(), appointment("A1"), gone, type="history")))
    assert (ids(found), dict(found.reasons)) == (["A1"], {"json": 1})


@pytest.mark.parametrize(
    "holder",
    [
        {"resourceType": "List", "contained": [appointment("A9"), appointment("A8")]},
        {"resourceType": "Parameters", "parameter": [{"name": "x", "resource": appointment("A9")}]},
    ],
    ids=["contained", "a parameter"],
)
def test_an_appointment_within_another_resource_is_never_passed_by(tmp_path: Path, holder: dict[str, object]) -> None:
    found = read_text(tmp_path, ndjson(patient(), appointment("A1"), holder))
    assert (ids(found), dict(found.reasons), found.records) == (["A1"], {"json": 1}, 2)


def test_an_offset_that_no_clock_has_is_no_instant(tmp_path: Path) -> None:
    found = read_text(tmp_path, ndjson(patient(), appointment("A1", start="2026-03-02T09:30:00+14:30")))
    assert "invalid_date" in found.reasons
    assert ids(found) == []


def test_what_has_ended_is_of_the_past(tmp_path: Path) -> None:
    system, ended = "https://fhir.nhs.uk/Id/nhs-number", {"period": {"start": "2012-01-13", "end": "2020-01-01"}}
    numbers = [{"system": system, "value": "9990001073", **ended}, {"system": system, "value": "9990001006"}]
    names = [{"use": "official", "family": "JONES", **ended}, {"use": "usual", "family": "SMITH"}]
    (row,) = read_text(tmp_path, ndjson(patient(identifier=numbers, name=names), appointment("A1"))).rows.to_pylist()
    assert (row["nhs_number"], row["family_name"]) == (9_990_001_006, "SMITH")


def test_an_entry_without_a_resource_is_never_passed_over(tmp_path: Path) -> None:
    gone = {"request": {"method": "DELETE", "url": "Appointment/A9"}}
    found = read_text(tmp_path, ndjson(bundle(patient(), appointment("A1"), gone)))
    assert (ids(found), dict(found.reasons), found.records) == (["A1"], {"json": 1}, 2)


@pytest.mark.parametrize("kind", ["appointment", "Appointments", "Appointment ", "", None, 5, ["Appointment"]])
def test_what_may_be_an_appointment_is_set_aside_and_what_is_another_resource_is_passed_by(
    tmp_path: Path, kind: object
) -> None:
    others = [{"resourceType": kind, "id": "x"} for kind in ("Slot", "Practitioner", "AppointmentResponse", "Location")]
    found = read_text(
        tmp_path, ndjson(*others, patient(), appointment("A1"), {**appointment("A2"), "resourceType": kind})
    )
    assert (ids(found), dict(found.reasons), found.records) == (["A1"], {"json": 1}, 2)


def test_a_broken_appointment_that_holds_its_patient_is_a_record(tmp_path: Path) -> None:
    inner = appointment("A2", contained=[{"resourceType": "Patient", "id": "p"}])
    line = json.dumps({"contained": inner.pop("contained"), **inner})[:-1]
    found = read_text(tmp_path, ndjson(patient(), appointment("A1")) + line + "\n" + ndjson(appointment("A3")))
    assert (ids(found), found.records) == (["A1", "A3"], 3)


@pytest.mark.parametrize("newline", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\r"])
def test_only_the_byte_lf_ends_a_line(tmp_path: Path, newline: str) -> None:
    """Inside a text they are escaped or part of it; between two resources they are no newline at all."""
    text = ndjson(patient()) + json.dumps(appointment("A1", comment=f"a{newline}b"), ensure_ascii=False) + "\n"
    assert ids(read_text(tmp_path, text)) == ["A1"]
    joined = ndjson(patient()) + json.dumps(appointment("A1")) + newline + json.dumps(appointment("A2")) + "\n"
    found = read_text(tmp_path, joined)
    assert (found.rows.num_rows, dict(found.reasons)) == (0, {"json": 1})


# ---------------------------------------------------------------- of whom


def test_a_reference_may_name_a_version_or_a_server(tmp_path: Path) -> None:
    for reference in ("Patient/p006/_history/3", "https://one.test/fhir/Patient/p006"):
        participant = [{"actor": {"reference": reference}}]
        assert ids(read_text(tmp_path, ndjson(patient(), appointment("A1", participant=participant)))) == ["A1"]


def test_a_patient_of_another_server_with_the_same_id_is_somebody_else(tmp_path: Path) -> None:
    participant = [{"actor": {"reference": "https://one.test/fhir/Patient/p006"}}]
    other = {"fullUrl": "https://two.test/fhir/Patient/p006", "resource": patient()}
    found = read_text(tmp_path, ndjson(bundle(other, appointment("A1", participant=participant))))
    assert dict(found.reasons) == {"unresolved_reference": 1}


def test_a_contained_patient_and_a_number_in_place_of_a_reference_say_who_it_is(tmp_path: Path) -> None:
    inside = {**patient(), "id": "p"}
    contained = appointment("A1", contained=[inside], participant=[{"actor": {"reference": "#p"}}])
    number = {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990001073"}
    named = appointment("A2", participant=[{"actor": {"identifier": number}}, {"actor": {"reference": "Location/1"}}])
    found = read_text(tmp_path, ndjson(contained, named))
    assert found.rows["nhs_number"].to_pylist() == [9_990_001_006, 9_990_001_073]
    assert found.rows["child_local_id"].to_pylist() == [None, None]


def test_a_patient_on_every_page_is_one_and_the_same(tmp_path: Path) -> None:
    again = patient(meta={"versionId": "2"})
    assert ids(read_text(tmp_path, ndjson(patient(), appointment("A1"), again))) == ["A1"]


def test_what_is_of_the_past_is_not_who_they_are(tmp_path: Path) -> None:
    system = "https://fhir.nhs.uk/Id/nhs-number"
    identifiers = [{"system": system, "value": "9990001073", "use": "old"}, {"system": system, "value": "9990001006"}]
    names = [{"use": "old", "family": "JONES"}, {"use": "usual", "family": "SMITH", "given": [None, "Jo"]}]
    places = [
        {"use": "old", "postalCode": "ZZ9"},
        {"use": "temp", "postalCode": "ZZ8"},
        {"use": "home", "postalCode": "ZZ1"},
    ]
    (row,) = read_text(
        tmp_path, ndjson(patient(identifier=identifiers, name=names, address=places), appointment("A1"))
    ).rows.to_pylist()
    assert (row["nhs_number"], row["family_name"], row["given_name"], row["postcode"]) == (
        9_990_001_006, "SMITH", "Jo", "ZZ1",
    )  # fmt: skip


def test_a_cancellation_because_the_patient_died_is_a_report_of_a_death(tmp_path: Path) -> None:
    own = {"system": "https://agency.test/reasons", "code": "local-7"}
    hl7 = {"system": "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason", "code": "pat-dec"}
    found = read_text(
        tmp_path, ndjson(patient(), appointment("A1", "cancelled", cancelationReason={"coding": [own, hl7]}))
    )
    assert found.rows["told"].to_pylist() == [Outcome.DECEASED]


def test_a_reported_death_is_heard_also_where_it_is_misshapen(tmp_path: Path) -> None:
    for died in ({"deceasedBoolean": True}, {"deceasedBoolean": "true"}, {"deceasedDateTime": "2026-01"}):
        (row,) = read_text(tmp_path, ndjson(patient(**died), appointment("A1"))).rows.to_pylist()
        assert row["deceased"]


# ---------------------------------------------------------------- the shape of R4


@pytest.mark.parametrize(
    ("changed", "element"),
    [
        ({"status": ["noshow"]}, "status"),
        ({"start": None}, "start"),
        ({"participant": {"actor": {"reference": "Patient/p006"}}}, "participant"),
        ({"cancelationReason": [{"coding": [{"code": "pat"}]}]}, "cancelationReason"),
        ({"serviceType": {"text": "Eyes"}}, "serviceType"),
    ],
)
def test_an_appointment_that_has_not_the_shape_of_its_standard_is_set_aside(
    tmp_path: Path, changed: dict[str, object], element: str
) -> None:
    found = read_text(tmp_path, ndjson(patient(), {**appointment("A1"), **changed}, appointment("A2")))
    assert (ids(found), dict(found.reasons), found.ids_set_aside) == (["A2"], {"json": 1}, {"A1"})
    assert found.quarantined["column"].to_pylist() == [f"Appointment.{element}"]


@pytest.mark.parametrize(
    "changed", [{"identifier": {"value": "9990001006"}}, {"name": {"family": "SMITH"}}, {"name": [{"given": "Amara"}]}]
)
def test_a_patient_that_has_not_is_a_word_and_drops_nobody(tmp_path: Path, changed: dict[str, object]) -> None:
    found = read_text(tmp_path, ndjson(patient(**changed), appointment("A1")))
    assert (ids(found), found.reasons["json"]) == (["A1"], 1)


def test_what_a_profile_adds_or_leaves_out_is_no_fault(tmp_path: Path) -> None:
    """Extensions of UK Core, elements of another profile, a participant without its required status."""
    extension = [
        {
            "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeliveryChannel",
            "valueCode": "In-person",
        }
    ]
    status = {"url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus"}
    number = {"extension": [status], "system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990001006"}
    found = read_text(
        tmp_path,
        ndjson(
            patient(identifier=[number], extension=extension, _birthDate={"extension": extension}),
            appointment("A1", extension=extension, meta={"profile": ["UKCore-Appointment"]}, slot="anything"),
        ),
    )
    assert (ids(found), dict(found.reasons)) == (["A1"], {})


def test_a_second_reader_of_the_standard_is_asked_about_a_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def second(resource: dict[str, str]) -> set[str]:
        asked.append(resource["id"])
        return {"status"} if resource["id"] == "A7" else set()

    monkeypatch.setattr("wnb.ingest.fhir_shape.wrong_elements", second)
    found = read_text(tmp_path, ndjson(patient(), *(appointment(f"A{n}") for n in range(1_000))))
    assert (len(ids(found)), dict(found.reasons)) == (1_000, {"json": 1})
    assert len(asked) == 1 + 100 + 18
