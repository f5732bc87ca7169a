"""Whose record is this: a valid NHS number, else the agency's own number, else nobody else's."""

import numpy as np
import pyarrow as pa

from tests.people import Record, linked, who


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
