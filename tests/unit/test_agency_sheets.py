"""What goes back to each agency: recodes from its own dates only, outcomes that are outstanding, what is not known."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.small import AGENCY, AMARA, BEN, CHIDI, DARA, NIGHT, Appointment, Child, Small, missed, seen

ADULT = Child(9, "Grown", "Up", date(2000, 1, 1))
SEVENTEEN = Child(10, "Nearly", "Grown", date(2009, 1, 1))


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small.begin(tmp_path)


def recodes(small: Small, agency: str, night: date = NIGHT) -> list[tuple[str, str]]:
    return [(row["appointment_id"], row["outcome"]) for row in small.listed(night, f"recode/{agency}.csv")]


def test_a_childs_miss_is_suggested_as_not_brought_and_an_adults_is_not(small: Small) -> None:
    small.send("clinic", NIGHT, missed(AMARA, 3), missed(ADULT, 3), seen(BEN, 3))
    small.night(NIGHT)
    assert recodes(small, "clinic") == [("C1-1109", "was_not_brought")]
    [told] = small.listed(NIGHT, "recode/clinic.csv")
    assert (told["original_code"], told["reason"]) == ("N", "under 18 on the day: a child is brought, or is not")


def test_a_suggestion_is_made_once(small: Small) -> None:
    small.send("clinic", NIGHT, missed(AMARA, 3))
    small.night(NIGHT)
    small.night(NIGHT + timedelta(days=1))
    assert recodes(small, "clinic", NIGHT + timedelta(days=1)) == []


def test_a_young_person_who_manages_their_own_appointments(small: Small) -> None:
    managed = AGENCY.replace(
        "  service: service\n", "  service: service\n  manages_own_appointments: {{column: lead, yes: [self]}}\n"
    )
    managed = managed.replace("  lead_professional: lead\n", "")
    small.configure(
        "agencies/clinic.yaml",
        managed.format(agency="clinic", name="Clinic", sharing="partnership", delivers="changes", more=""),
    )
    small.send("clinic", NIGHT, missed(SEVENTEEN, 3, lead="self"), missed(AMARA, 3, lead="self"))
    small.night(NIGHT)
    assert recodes(small, "clinic") == [("C1-1109", "was_not_brought"), ("C10-1109", "young_person_did_not_attend")]


def test_an_age_that_only_another_agency_knows_counts_and_is_not_suggested(small: Small) -> None:
    """The school's date says that the clinic's patient is a child; the clinic's own record cannot."""
    small.send("clinic", NIGHT, missed(AMARA, 3, 9, born=""))
    small.send("school", NIGHT, seen(AMARA, 30))
    small.night(NIGHT)
    assert small.names(NIGHT) == {"Amara"}
    assert recodes(small, "clinic") == []


def outstanding(small: Small, night: date) -> list[str]:
    return [row["appointment_id"] for row in small.listed(night, "outstanding/clinic.csv")]


def test_an_outcome_is_outstanding_five_working_days_on(small: Small) -> None:
    """Booked for Thursday 5 November: outstanding on Thursday the 12th, not on Wednesday."""
    small.send("clinic", NIGHT - timedelta(days=2), [Appointment(CHIDI, date(2026, 11, 5), "B")], seen(BEN, 3))
    for night, waits in ((date(2026, 11, 11), []), (date(2026, 11, 12), ["C3-1105"])):
        small.night(night)
        assert outstanding(small, night) == waits


def test_what_is_an_adults_or_was_an_error_is_not_outstanding(small: Small) -> None:
    old = NIGHT - timedelta(days=30)
    small.send("clinic", NIGHT, [Appointment(ADULT, old, "B"), Appointment(CHIDI, old, "X")])
    small.night(NIGHT)
    assert outstanding(small, NIGHT) == []


def test_what_could_not_be_verified_goes_back_with_its_place(small: Small) -> None:
    small.send("clinic", NIGHT, missed(AMARA, 3), missed(DARA, 3, nhs="9990000000"), missed(BEN, 3, born=""))
    small.night(NIGHT)
    told = {row["appointment_id"]: row for row in small.listed(NIGHT, "data-quality/clinic.csv")}
    assert set(told) == {"C2-1109", "C4-1109"}
    assert told["C4-1109"]["not_known"].startswith("identity or date of birth not verified")
    assert (told["C2-1109"]["file"], told["C2-1109"]["line"]) == (f"clinic_{NIGHT}.csv", "4")


def test_the_sheets_of_one_agency_hold_nothing_of_another(small: Small) -> None:
    small.send("clinic", NIGHT, missed(AMARA, 3))
    small.send("school", NIGHT, missed(BEN, 3))
    small.night(NIGHT)
    assert recodes(small, "clinic") == [("C1-1109", "was_not_brought")]
    assert recodes(small, "school") == [("S2-1109", "was_not_brought")]
