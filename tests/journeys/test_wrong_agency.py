"""An extract that lies in another agency's folder: refused and said whose it is, and nobody else's is."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.small import AMARA, BEN, CHIDI, DARA, NIGHT, Appointment, Small, agency_yaml, extract, missed, seen

TONIGHT = NIGHT + timedelta(days=1)
CLINICS = [*missed(AMARA, 3, 9), *missed(BEN, 2), *seen(CHIDI, 4)]


def told(small: Small, agency: str, night: Any = TONIGHT) -> dict[str, Any]:
    [found] = [e for e in small.document(night)["extracts"] if e["agency"] == agency and e["records"] + e["alarm"]]
    return dict(found)


@pytest.fixture
def small(tmp_path: Path) -> Small:
    """Two agencies that share a layout; both have delivered."""
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, CLINICS)
    small.send("school", NIGHT, missed(DARA, 5), missed(BEN, 20))
    small.night(NIGHT)
    return small


def test_rows_that_are_held_of_another_agency_are_not_taken_for_this_ones(small: Small) -> None:
    small.send_bytes("school", f"school_{TONIGHT}.csv", extract("clinic", [*CLINICS, *missed(DARA, 1)]))
    small.night(TONIGHT)
    refused = told(small, "school")
    assert (refused["outcome"], refused["reasons"], refused["alarm"]) == ("rejected", {"wrong_agency": 1}, True)
    assert "4 of 5 rows are held of clinic already" in refused["note"]
    assert any("clinic" in alarm for alarm in small.document(TONIGHT)["alarms"])
    assert small.document(TONIGHT)["appointments"] == small.document(NIGHT)["appointments"]


def test_the_same_ids_for_other_children_are_no_sign(small: Small) -> None:
    """Two systems may count alike."""
    same = [Appointment(DARA, row.day, row.code, row.row("clinic")["id"]) for row in CLINICS]
    small.send("school", TONIGHT, same)
    small.night(TONIGHT)
    assert told(small, "school")["outcome"] == "accepted"


def test_the_same_children_at_other_appointments_are_no_sign(small: Small) -> None:
    small.send("school", TONIGHT, missed(AMARA, 3, 9), missed(BEN, 2), seen(CHIDI, 4))
    small.night(TONIGHT)
    assert told(small, "school")["outcome"] == "accepted"


def test_a_few_rows_that_are_held_elsewhere_are_no_sign(small: Small) -> None:
    few = [Appointment(row.child, row.day, row.code, row.row("clinic")["id"]) for row in CLINICS[:3]]
    small.send("school", TONIGHT, few, missed(DARA, 1, 2, 3, 4))
    small.night(TONIGHT)
    assert told(small, "school")["outcome"] == "accepted"


def test_rows_that_are_held_of_this_agency_too_speak_for_it(small: Small) -> None:
    both = [Appointment(row.child, row.day, row.code, row.row("clinic")["id"]) for row in CLINICS]
    small.send("school", TONIGHT, both[:2], missed(DARA, 1, 2))
    small.night(TONIGHT)
    small.send("school", TONIGHT + timedelta(days=1), both)
    small.night(TONIGHT + timedelta(days=1))
    assert told(small, "school", TONIGHT + timedelta(days=1))["outcome"].startswith("accepted")


def test_extracts_of_one_organisation_may_tell_of_the_same_appointments(small: Small) -> None:
    for agency in ("clinic", "school"):
        small.configure(f"agencies/{agency}.yaml", agency_yaml(agency) + "organisation: marsh\n")
    small.send_bytes("school", f"school_{TONIGHT}.csv", extract("clinic", CLINICS))
    small.night(TONIGHT)
    assert told(small, "school")["outcome"] == "accepted"


@pytest.mark.parametrize(("strangers", "outcome"), [(0, "rejected"), (1, "accepted")])
def test_a_first_delivery_is_refused_only_when_as_good_as_all_of_it_is_held_elsewhere(
    small: Small, strangers: int, outcome: str
) -> None:
    small.configure("agencies/drop-in.yaml", agency_yaml("drop-in"))
    small.send_bytes("drop-in", f"drop_{TONIGHT}.csv", extract("clinic", [*CLINICS, *missed(DARA, 1)[:strangers]]))
    small.night(TONIGHT)
    assert told(small, "drop-in")["outcome"] == outcome


def test_the_same_bytes_for_two_agencies_are_taken_and_sound_the_alarm_where_nothing_tells_whose_they_are(
    tmp_path: Path,
) -> None:
    small = Small.begin(tmp_path)
    for agency in ("clinic", "school"):
        small.send_bytes(agency, f"{agency}_{NIGHT}.csv", extract("clinic", CLINICS))
    small.night(NIGHT)
    for agency, other in (("clinic", "school"), ("school", "clinic")):
        found = told(small, agency, NIGHT)
        assert (found["outcome"], found["reasons"], found["alarm"]) == (
            "accepted_with_warnings", {"wrong_agency": 1}, True,
        )  # fmt: skip
        assert f"the same bytes came for {other}" in found["note"]


LAYOUT = agency_yaml("outpatients").replace("id: id", "id: Ref").replace("column: at", "column: When")


@pytest.mark.parametrize("header", ["Ref,When", "Number,When"])
def test_the_columns_of_another_agency_say_whose_it_is_and_unknown_ones_say_nothing(small: Small, header: str) -> None:
    small.configure("agencies/outpatients.yaml", LAYOUT)
    content = extract("outpatients", CLINICS).replace(b"id,at", header.encode(), 1)
    small.send_bytes("school", f"school_{TONIGHT}.csv", content)
    small.night(TONIGHT)
    refused = told(small, "school")
    expected = {"Ref,When": "wrong_agency", "Number,When": "missing_column"}[header]
    assert refused["outcome"] == "rejected"
    assert expected in refused["reasons"]
    assert ("outpatients" in refused["note"]) is (expected == "wrong_agency")


def test_two_agencies_that_hold_statuses_may_tell_of_the_same_ones(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    for agency in ("care", "care-too"):
        small.configure(f"agencies/{agency}.yaml", STATUSES.format(agency=agency))
        for night in (NIGHT, TONIGHT):
            small.send_bytes(agency, f"{night}.csv", f"nhs,what,since\n{AMARA.number},CPP,2026-01-05\n".encode())
    for night in (NIGHT, TONIGHT):
        small.night(night)
    assert small.document(TONIGHT)["silent_agencies"] == ["clinic", "school"]


STATUSES = """
agency: {agency}
name: Social care
kind: social-care
sharing: partnership
holds: statuses
extract: {{files: "*.csv", extract_date: "%Y-%m-%d", delivers: snapshot, snapshot_covers: everything}}
columns: {{nhs_number: nhs, status: what, status_from: {{column: since, format: "%Y-%m-%d"}}}}
statuses: {{CPP: child-protection-plan}}
"""
