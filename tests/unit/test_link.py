"""Whose record is this: a valid NHS number, else the agency's own number, else nobody else's."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from tests.people import Record, linked, who
from wnb.identity import UPN_LETTERS, upn_in


def test_one_valid_number_is_one_child_at_every_agency() -> None:
    found = who({"hospital": [Record(nhs=1), Record(nhs=2)], "school": [Record(nhs=1)]})
    assert found == [{"hospital 0", "school 0"}, {"hospital 1"}]


def test_the_agencys_own_number_links_within_that_agency_alone() -> None:
    found = who({"hospital": [Record(own="7"), Record(own="7")], "school": [Record(own="7")]})
    assert found == [{"hospital 0", "hospital 1"}, {"school 0"}]


def test_a_record_without_an_nhs_number_is_the_childs_whose_own_number_it_has() -> None:
    found = who({"hospital": [Record(nhs=1, own="7"), Record(own="7")], "school": [Record(nhs=1)]})
    assert found == [{"hospital 0", "hospital 1", "school 0"}]


def test_two_valid_numbers_never_join_whatever_else_is_the_same() -> None:
    found = who({"hospital": [Record(nhs=1, own="7"), Record(nhs=2, own="7")]})
    assert found == [{"hospital 0"}, {"hospital 1"}]


def test_an_own_number_of_two_valid_numbers_links_nothing_and_its_other_records_are_a_child_of_their_own() -> None:
    records = [Record(nhs=1, own="7"), Record(nhs=2, own="7"), Record(own="7"), Record(own="7")]
    assert who({"hospital": records}) == [{"hospital 0"}, {"hospital 1"}, {"hospital 2", "hospital 3"}]
    assert linked({"hospital": records}).conflicting.to_pylist() == ["hospital/7"]


def test_own_numbers_of_one_child_are_no_conflict() -> None:
    assert linked({"hospital": [Record(nhs=1, own="7"), Record(nhs=1, own="8")]}).conflicting.to_pylist() == []


def test_a_record_with_neither_stands_alone() -> None:
    found = who({"hospital": [Record(id="A1"), Record(id="A2")], "school": [Record(id="A1")]})
    assert found == [{"hospital 0"}, {"hospital 1"}, {"school 0"}]


def test_two_times_of_one_appointment_of_nobody_are_one_child_with_one_key() -> None:
    found = linked({"hospital": [Record(id="A1"), Record(id="A1"), Record(id="A2")]})
    assert found.child[0].tolist() == [0, 0, 1]
    assert found.key.to_pylist() == ["hospital#A1", "hospital#A2"]


def test_a_record_that_was_taken_back_links_nothing() -> None:
    records = [Record(nhs=1, own="7", live=False), Record(own="7"), Record(nhs=1)]
    assert who({"hospital": records}) == [{"hospital 0", "hospital 2"}, {"hospital 1"}]


def test_a_record_that_was_taken_back_makes_no_conflict() -> None:
    records = [Record(nhs=1, own="7", live=False), Record(nhs=2, own="7"), Record(own="7")]
    assert who({"hospital": records}) == [{"hospital 0"}, {"hospital 1", "hospital 2"}]


def test_a_status_belongs_to_the_child_of_the_appointments() -> None:
    assert who({"hospital": [Record(nhs=1)], "social-care": [Record(nhs=1)]}) == [{"hospital 0", "social-care 0"}]


# ---------------------------------------------------------------- keys


def test_on_one_night_an_nhs_number_is_the_key() -> None:
    assert linked({"hospital": [Record(nhs=1, own="7")]}).key.to_pylist() == ["nhs:0000000001"]


def test_a_leading_zero_is_part_of_the_key() -> None:
    assert linked({"hospital": [Record(nhs=12345)]}).key.to_pylist() == ["nhs:0000012345"]


def test_the_key_that_was_known_first_stays_the_key() -> None:
    known = {"hospital/7": 100, "nhs:0000000001": 200}
    found = linked({"hospital": [Record(nhs=1, own="7")]}, known, night=300)
    assert found.key.to_pylist() == ["hospital/7"]
    assert dict(zip(found.keys.to_pylist(), found.first_night.tolist(), strict=True)) == known


def test_a_key_that_is_new_is_of_tonight() -> None:
    found = linked({"hospital": [Record(nhs=1, own="7")]}, {"hospital/7": 100}, night=300)
    first = dict(zip(found.keys.to_pylist(), found.first_night.tolist(), strict=True))
    assert first == {"hospital/7": 100, "nhs:0000000001": 300}


def test_every_key_of_a_child_can_be_told() -> None:
    found = linked({"hospital": [Record(nhs=1, own="7"), Record(nhs=1, own="8")], "school": [Record(nhs=2)]})
    child = int(found.child[0][0])
    assert found.keys_of(np.array([child])) == {child: ["hospital/7", "hospital/8", "nhs:0000000001"]}


def test_nobody_at_all() -> None:
    found = linked({})
    assert (found.children, found.child, found.keys) == (0, (), pa.array([], pa.string()))


# ---------------------------------------------------------------- one number, two people

SELIN = {"given": "Selin", "family": "Koçak", "born": date(2019, 6, 30)}
AYLA = {"given": "Ayla", "family": "Koçak", "born": date(2019, 6, 30)}  # her twin
EMIR = {"given": "Emir", "family": "Koçak", "born": date(2016, 2, 11)}  # their brother


def test_a_number_typed_for_the_wrong_brother_joins_nobody() -> None:
    records = {
        "hospital": [Record(nhs=11, own="7", **SELIN), Record(nhs=12, own="8", **EMIR)],
        "clinic": [Record(nhs=11, own="5", **EMIR)],
        "school": [Record(nhs=11, own="3", **SELIN)],
    }
    assert who(records) == [{"hospital 0", "school 0"}, {"hospital 1"}, {"clinic 0"}]
    found = linked(records)
    assert found.shared == {"nhs:0000000011": (found.child[0][0], found.child[1][0])}


def test_a_number_typed_for_the_wrong_twin_joins_nobody_where_the_twins_own_number_is_known() -> None:
    records = {
        "hospital": [Record(nhs=11, own="7", **SELIN), Record(nhs=12, own="8", **AYLA)],
        "clinic": [Record(nhs=11, own="5", **{**AYLA, "family": "KOCAK"})],
    }
    assert who(records) == [{"hospital 0"}, {"hospital 1"}, {"clinic 0"}]


def test_a_number_typed_for_a_twin_of_a_like_name_joins_nobody_where_the_twins_own_number_is_known() -> None:
    jayden, kayden = ({**SELIN, "given": name} for name in ("Jayden", "Kayden"))
    records = {
        "hospital": [Record(nhs=11, own="7", **jayden), Record(nhs=12, own="8", **kayden)],
        "clinic": [Record(nhs=11, own="5", **kayden)],
    }
    assert who(records) == [{"hospital 0"}, {"hospital 1"}, {"clinic 0"}]


def test_a_name_for_every_day_and_a_slip_in_the_date_part_nobody_whom_a_third_record_holds_together() -> None:
    bella = {**SELIN, "given": "Bella"}
    records = {
        "hospital": [Record(nhs=11, **{**SELIN, "given": "Isabella"})],
        "school": [Record(nhs=11, **bella)],
        "clinic": [Record(nhs=11, **{**bella, "born": date(2019, 6, 20)})],
    }
    assert who(records) == [{"hospital 0", "school 0", "clinic 0"}]


def test_twins_written_as_their_mothers_babies_are_the_children_of_their_numbers() -> None:
    baby = {**SELIN, "given": "Baby of Sarah"}
    records = {
        "maternity": [Record(nhs=11, own="7", **baby), Record(nhs=12, own="8", **baby)],
        "clinic": [Record(nhs=11, own="1", **SELIN), Record(nhs=12, own="2", **AYLA)],
    }
    assert who(records) == [{"maternity 0", "clinic 0"}, {"maternity 1", "clinic 1"}]


def test_a_number_that_an_agency_types_for_whoever_has_none_joins_nobody() -> None:
    people = [
        Record(nhs=11, id=f"A{n}", given="Name" + chr(97 + n // 26) * 3 + chr(97 + n % 26), born=date(2010, 1, 2))
        for n in range(300)
    ]
    people[::2] = [Record(nhs=11, id=f"B{n}", given=p.given, born=date(2014, 5, 9)) for n, p in enumerate(people[::2])]
    assert len(who({"clinic": people})) == 300


def test_a_name_for_every_day_is_no_other_child() -> None:
    records = {"hospital": [Record(nhs=11, **SELIN)], "clinic": [Record(nhs=11, **{**SELIN, "given": "Lina"})]}
    assert who(records) == [{"hospital 0", "clinic 0"}]


@pytest.mark.parametrize(
    "other",
    [
        {**SELIN, "born": date(2019, 6, 3)},
        {**SELIN, "born": date(1996, 3, 6)},
        {**SELIN, "family": "Demirci"},
        {**SELIN, "family": "Demirci", "born": date(2019, 6, 20)},
        {**SELIN, "given": "SELIN", "family": "KOCAK"},
        {"born": date(2019, 6, 20)},
        {},
    ],
    ids=[
        "slip",
        "wholly wrong date",
        "new surname",
        "new surname and slip",
        "without marks",
        "slip, no name",
        "nothing",
    ],
)
def test_slips_and_gaps_make_no_second_person(other: dict) -> None:
    records = {"hospital": [Record(nhs=11, **SELIN)], "clinic": [Record(nhs=11, **other)]}
    assert who(records) == [{"hospital 0", "clinic 0"}]


def test_each_person_behind_a_number_keeps_their_own_records_together() -> None:
    records = {
        "hospital": [Record(nhs=11, own="7", **SELIN), Record(nhs=11, own="7"), Record(own="7")],
        "clinic": [Record(nhs=11, own="5", **EMIR), Record(own="5"), Record(nhs=11, own="6", **EMIR)],
        "school": [Record(nhs=11)],
    }
    assert who(records) == [
        {"hospital 0", "hospital 1", "hospital 2"},
        {"clinic 0", "clinic 1", "clinic 2"},
        {"school 0"},
    ]


def test_a_number_of_two_people_is_no_key_and_each_side_has_keys_of_its_own() -> None:
    found = linked({"hospital": [Record(nhs=11, own="7", **SELIN)], "clinic": [Record(nhs=11, id="A9", **EMIR)]})
    assert sorted(found.keys.to_pylist()) == [
        "hospital/7", "nhs:0000000011@clinic#A9", "nhs:0000000011@hospital/7",
    ]  # fmt: skip


def test_a_record_that_was_taken_back_accuses_nobody_of_being_two() -> None:
    records = {"hospital": [Record(nhs=11, **SELIN)], "clinic": [Record(nhs=11, live=False, **EMIR)]}
    assert who(records) == [{"hospital 0", "clinic 0"}]
    assert linked(records).shared == {}


# ---------------------------------------------------------------- CHI, H&C, UPN

CHI, HC = 101_150_002, 3_213_990_000
UPN, OTHER_UPN = "B801200005001", "P207000016049"


def test_a_chi_number_is_no_nhs_number_and_a_child_may_have_both() -> None:
    found = linked({"hospital": [Record(nhs=CHI, own="7"), Record(nhs=11, own="7")], "school": [Record(nhs=CHI)]})
    assert [child.tolist() for child in found.child] == [[0, 0], [0]]
    assert sorted(found.keys.to_pylist()) == ["chi:0101150002", "hospital/7", "nhs:0000000011"]
    assert found.conflicting.to_pylist() == []


def test_two_chi_numbers_never_join_and_neither_do_two_nhs_numbers_by_one() -> None:
    assert who({"hospital": [Record(nhs=CHI, own="7"), Record(nhs=CHI + 1, own="7")]}) == [
        {"hospital 0"},
        {"hospital 1"},
    ]
    records = {"hospital": [Record(nhs=11, own="7"), Record(nhs=CHI, own="7")],
               "clinic": [Record(nhs=12, own="5"), Record(nhs=CHI, own="5")]}  # fmt: skip
    assert who(records) == [{"hospital 0"}, {"hospital 1", "clinic 1"}, {"clinic 0"}]


def test_a_upn_links_to_the_number_that_an_agency_states_beside_it() -> None:
    records = {
        "school": [Record(nhs=11, own="3", upn=UPN)],
        "social-care": [Record(own="77", upn="b8012 0000 5001")],
        "early-help": [Record(id="E1", upn=UPN), Record(id="E2", upn=OTHER_UPN), Record(id="E3", upn=OTHER_UPN)],
        "hospital": [Record(nhs=11)],
    }
    assert who(records) == [
        {"school 0", "social-care 0", "early-help 0", "hospital 0"},
        {"early-help 1", "early-help 2"},
    ]


@pytest.mark.parametrize("upn", ["B801200005002", "unknown", "A000000000000", ""])
def test_a_upn_that_does_not_check_links_nobody(upn: str) -> None:
    assert who({"school": [Record(own="1", upn=upn)], "care": [Record(own="2", upn=upn)]}) == [{"school 0"}, {"care 0"}]


def test_a_upn_given_for_the_time_being_links_nobody() -> None:
    [temporary] = [upn for letter in UPN_LETTERS if (upn := upn_in(f"{letter}80120000500B"))]
    records = {"school": [Record(own="1", upn=temporary)], "care": [Record(own="2", upn=temporary)]}
    assert who(records) == [{"school 0"}, {"care 0"}]


def test_a_upn_beside_two_nhs_numbers_links_nobody() -> None:
    records = {
        "school": [Record(nhs=11, upn=UPN), Record(nhs=12, upn=UPN)],
        "care": [Record(own="77", upn=UPN), Record(own="77")],
    }
    assert who(records) == [{"school 0"}, {"school 1"}, {"care 0", "care 1"}]


# ---------------------------------------------------------------- other numbers of two people


def test_a_pupils_number_of_two_people_links_nobody_and_is_told() -> None:
    upn = "B801200005001"
    records = {
        "school": [Record(nhs=11, own="3", upn=upn, **SELIN)],
        "early": [Record(own="E5", upn=upn, **EMIR), Record(own="E6", upn=upn)],
    }
    assert who(records) == [{"school 0"}, {"early 0"}, {"early 1"}]
    found = linked(records)
    assert found.reused == {f"upn:{upn}": (found.child[0][0], *found.child[1])}


def test_an_own_number_of_two_people_keeps_each_persons_records_together() -> None:
    records = {
        "school": [
            Record(nhs=11, own="3", id="A1", **SELIN),
            Record(own="3", id="A2", **SELIN),
            Record(own="3", id="A3", **EMIR),
            Record(own="3", id="A4", **EMIR),
        ],
        "clinic": [Record(nhs=11, own="9", **SELIN)],
    }
    assert who(records) == [{"school 0", "school 1", "clinic 0"}, {"school 2", "school 3"}]
    found = linked(records)
    assert found.reused == {"school/3": (found.child[0][0], found.child[0][2])}
    assert len(found.conflicting) == 0


def test_a_baby_that_is_given_a_name_is_no_second_person_under_its_own_number() -> None:
    baby = {"given": "Baby", "family": "Koçak", "born": date(2026, 6, 30)}
    records = {"school": [Record(own="3", id="A1", **baby), Record(own="3", id="A2", **{**baby, "given": "Selin"})]}
    assert who(records) == [{"school 0", "school 1"}]
