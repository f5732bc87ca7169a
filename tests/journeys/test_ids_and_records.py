"""An id goes with the records that were its child's: numbers are corrected, given to others, spelt otherwise.

Nobody takes over another's place on the list or loses their own.
"""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.small import NIGHT, Child, Small, missed, nhs_number

NEXT, AFTER = NIGHT + timedelta(days=1), NIGHT + timedelta(days=2)
SELIN = Child(5, "Selin", "Koçak", date(2019, 6, 30))
EMIR = Child(7, "Emir", "Okoro", date(2016, 2, 11))


def ids(small: Small, night: date) -> dict[str, str]:
    """By given name, the id on the partnership's list."""
    return {row["given_name"]: row["child_id"] for row in small.listed(night)}


def test_whoever_has_the_number_by_right_does_not_take_the_place_of_a_child_listed_under_it(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(SELIN, 3, 9, nhs=EMIR.number))
    small.night(NIGHT)
    small.send("clinic", NEXT, missed(SELIN, 3, 9))
    small.send("school", NEXT, missed(EMIR, 4, 8))
    small.night(NEXT)
    after = ids(small, NEXT)
    assert after["Selin"] == ids(small, NIGHT)["Selin"]
    assert after["Emir"] not in ids(small, NIGHT).values()


def test_a_number_that_is_corrected_at_last_merges_nobody(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(SELIN, 3, 9, nhs=EMIR.number))
    small.night(NIGHT)
    small.send("school", NEXT, missed(EMIR, 4, 8))
    small.night(NEXT)
    small.send("clinic", AFTER, missed(SELIN, 3, 9))
    small.night(AFTER)
    assert ids(small, AFTER) == ids(small, NEXT)
    assert small.document(AFTER)["exits"]["merged"] == 0


def test_an_own_number_that_is_given_to_another_leaves_the_id_where_the_nhs_number_says(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(SELIN, 3, 9, nhs="", local="L5"))
    small.night(NIGHT)
    small.send("clinic", NEXT, missed(SELIN, 3, 9, local="L5"))
    small.night(NEXT)
    small.send("clinic", AFTER, missed(SELIN, 3, 9, local="L9"), missed(EMIR, 4, 8, nhs="", local="L5"))
    small.night(AFTER)
    assert ids(small, AFTER)["Selin"] == ids(small, NIGHT)["Selin"]
    assert len(set(ids(small, AFTER).values())) == 2


@pytest.mark.parametrize(
    "told",
    [
        missed(SELIN, 3, 9, nhs="", local="L9"),
        missed(EMIR, 4, 8, nhs="", local="L9"),
        missed(EMIR, 10, nhs="", local="L5", given="Emir James"),
    ],
    ids=["the first is corrected", "the second is corrected", "another spelling"],
)
def test_two_people_of_one_own_number_keep_their_ids_whichever_is_told_otherwise(tmp_path: Path, told: list) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(SELIN, 3, 9, nhs="", local="L5"))
    small.night(NIGHT)
    small.send("clinic", NEXT, missed(EMIR, 4, 8, nhs="", local="L5"))
    small.night(NEXT)
    small.send("clinic", AFTER, told)
    small.night(AFTER)
    assert set(ids(small, AFTER).values()) == set(ids(small, NEXT).values())
    assert ids(small, AFTER)["Selin"] == ids(small, NEXT)["Selin"]


def test_what_is_suggested_after_a_child_lost_a_record_is_as_if_all_were_asked_anew(tmp_path: Path) -> None:
    """The school calls her otherwise; once the clinic's number is another's, nothing of that name is under hers."""
    annie = Child(20, "Annie", "Rock", date(2015, 3, 4))
    small = Small.begin(tmp_path, agencies=("clinic", "school", "gp"))
    small.send("clinic", NIGHT, missed(Child(20, "Annabel", "Stone", annie.born), 3))
    small.send("school", NIGHT, missed(annie, 4))
    small.send("gp", NIGHT, missed(Child(20, "Annabel", "Stone", annie.born), 5, nhs="", local="G1"))
    small.night(NIGHT)
    small.send("clinic", NEXT, missed(Child(20, "Annabel", "Stone", annie.born), 3, nhs=nhs_number(33)))
    small.night(NEXT)
    assert [small.document(night)["links_waiting"] for night in (NIGHT, NEXT)] == [1, 1]
    again = Small.begin(tmp_path / "again", agencies=("clinic", "school", "gp"))
    for agency in ("clinic", "school", "gp"):
        for file in sorted((tmp_path / "inbox" / agency).iterdir()):
            again.send_bytes(agency, file.name, file.read_bytes())
    again.night(NEXT)
    assert again.document(NEXT)["links_waiting"] == 1
