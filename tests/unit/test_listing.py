"""What a row says of a child: whose name it bears, what is counted, what is not known."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import AMARA, BEN, CHIDI, NIGHT, WNB, Appointment, Child, Small, agency_yaml, missed, seen
from wnb.facts import HeldRow
from wnb.linking import waiting_links
from wnb.listing import reported_death
from wnb.terms import Outcome
from wnb.why_one_child import links


def row(day: date, outcome: Outcome = Outcome.ATTENDED, **changed: object) -> HeldRow:
    """A held row of which only this matters."""
    empty = dict.fromkeys(HeldRow.__dataclass_fields__)
    told = {"agency": "clinic", "outcome": outcome, "live": True, "appointment_at": _noon(day), "deceased": ""}
    return HeldRow(**{**empty, **told, **changed})  # type: ignore[arg-type]


def _noon(day: date) -> object:
    from datetime import datetime, time

    return datetime.combine(day, time(12))


def ago(days: int) -> date:
    return NIGHT - timedelta(days=days)


# ---------------------------------------------------------------- a reported death


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        pytest.param([row(ago(5))], (None, None), id="nobody reports one"),
        pytest.param([row(ago(5), Outcome.DECEASED)], (ago(5), None), id="an outcome says it"),
        pytest.param([row(ago(5), deceased="Y")], (ago(5), None), id="a flag says it"),
        pytest.param([row(ago(5), deceased=" No ")], (None, None), id="a flag says no"),
        pytest.param([row(ago(5), Outcome.DECEASED), row(ago(3))], (ago(5), ago(3)), id="seen after it"),
        pytest.param([row(ago(5), Outcome.DECEASED), row(ago(5))], (ago(5), None), id="seen on its day"),
        pytest.param([row(ago(5), Outcome.DECEASED), row(ago(-3))], (ago(5), None), id="a sighting still to come"),
        pytest.param(
            [row(ago(5), Outcome.DECEASED), row(ago(3), Outcome.WAS_NOT_BROUGHT)], (ago(5), None), id="missed after it"
        ),
        pytest.param([row(ago(5), Outcome.DECEASED, live=False)], (None, None), id="withdrawn again"),
        pytest.param(
            [row(ago(9), deceased="Y"), row(ago(5), deceased="Y")],
            (ago(9), None),
            id="told of the person, on every row",
        ),
    ],
)
def test_a_death_is_told_and_a_later_sighting_puts_it_in_doubt(
    rows: list[HeldRow], told: tuple[object, object]
) -> None:
    assert reported_death(rows, NIGHT) == told


# ---------------------------------------------------------------- why records are one child


def test_links_are_said_aloud() -> None:
    names = {"clinic": "Marsh clinic", "school": "School nursing"}
    one = row(ago(1), nhs_number=1)
    assert list(links([one], names)) == ["By NHS number at Marsh clinic."]
    assert list(links([one, replace(one, agency="school")], names)) == [
        "The same NHS number at Marsh clinic and School nursing."
    ]
    own = replace(one, nhs_number=None, child_local_id="L1")
    assert list(links([own], names)) == ["By Marsh clinic's own number, on 1 record without a verified NHS number."]
    alone = replace(one, nhs_number=None)
    assert list(links([alone], names)) == [
        "Marsh clinic: a record with neither a verified NHS number nor its own; it stands alone."
    ]


def test_a_link_by_upn_is_said_with_its_legal_basis() -> None:
    names = {"care": "Social care", "school": "School nursing"}
    school = row(ago(1), agency="school", nhs_number=9_990_001_006, school_upn="B801200005001")
    care = replace(school, agency="care", nhs_number=None, child_local_id="77")
    assert list(links([school, care], names, "section 175")) == [
        "By NHS number at School nursing.",
        "Social care: by the pupil's number (UPN), which School nursing states together with the NHS number, "
        "on 1 record (legal basis: section 175).",
    ]


def test_a_number_of_scotland_is_called_what_it_is() -> None:
    names = {"clinic": "Marsh clinic"}
    assert list(links([row(ago(1), nhs_number=101_150_002)], names)) == ["By CHI number (Scotland) at Marsh clinic."]


# ---------------------------------------------------------------- whole rows


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small.begin(tmp_path)


def test_a_row_bears_the_name_that_was_told_last_and_counts_twelve_months(small: Small) -> None:
    small.send("clinic", ago(1), missed(AMARA, 3, 9), seen(AMARA, 40), missed(AMARA, 400))
    small.send("school", NIGHT, seen(AMARA, 12, family="Okoro-Lane", postcode="ZZ1 1ZZ"))
    small.night(NIGHT)
    told = small.row(AMARA, NIGHT)
    assert told["family_name"] == "Okoro-Lane"
    assert (told["not_brought_12_months"], told["offered_12_months"]) == ("2", "4")
    assert (told["last_not_brought_on"], told["last_seen_on"]) == (str(ago(3)), str(ago(12)))
    assert told["agencies"] == "Marsh clinic"


def test_other_names_are_told_with_whoever_knows_the_child_by_them(tmp_path: Path) -> None:
    """Whoever rings a service must ask for the name that is known there. Capitals and marks make no other name."""
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(AMARA, 3, 9, family="Dunmore"))
    small.send("school", NIGHT, missed(AMARA, 4, family="ÓKORO"), missed(BEN, 12, given="Benjamin"), missed(BEN, 3, 9))
    small.night(NIGHT)
    assert "Also known as Amara Dunmore at Marsh clinic." in small.row(Child(1, "Amara", "ÓKORO"), NIGHT)["data_notes"]
    assert small.row(BEN, NIGHT)["data_notes"] == "Also known as Benjamin Carvalho at School nursing."
    assert "Also known as" not in small.row(AMARA, NIGHT, "agencies/clinic.csv")["data_notes"]


def test_a_disputed_own_number_is_among_what_waits(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(AMARA, 3, local="L1"), missed(BEN, 4, local="L1"))
    small.night(NIGHT)
    assert small.document(NIGHT)["links_waiting"] == len(
        waiting_links(small.configuration, "A. Lead", at_noon(NIGHT)).document["waiting"]
    )
    assert small.document(NIGHT)["links_waiting"] == 1


def test_what_is_not_known_is_said(small: Small) -> None:
    different = seen(AMARA, 7, born="2016-05-18")
    booked = [Appointment(AMARA, ago(20), "B")]
    unverified = seen(AMARA, 6, nhs="")
    small.send("clinic", NIGHT, missed(AMARA, 3, 9), different, booked)
    small.send("school", ago(4), seen(AMARA, 12), unverified)
    small.night(NIGHT)
    notes = small.row(AMARA, NIGHT)["data_notes"]
    assert "Different dates of birth are recorded" in notes
    assert "1 past appointment has no outcome recorded yet." in notes
    assert "School nursing has sent nothing since 8 November 2026: what happened there is not known." in notes


def test_a_child_without_a_date_of_birth_is_told_by_no_date_and_counts_nothing(small: Small) -> None:
    small.send("clinic", NIGHT, missed(AMARA, 3, 9, born=""), missed(BEN, 3, 9))
    small.night(NIGHT)
    assert small.names(NIGHT) == {"Ben"}
    assert len(small.listed(NIGHT, "data-quality/clinic.csv")) == 2


def test_the_most_pressing_come_first_and_then_the_longest_waiting(small: Small) -> None:
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    later = NIGHT + timedelta(days=1)
    small.send("clinic", later, missed(BEN, 3, 9, night=later))
    small.night(later)
    assert [told["given_name"] for told in small.listed(later)] == ["Amara", "Ben"]
    assert [told["new_tonight"] for told in small.listed(later)] == ["no", "yes"]


def test_overdue_is_said_and_never_for_a_case_that_waits(small: Small) -> None:
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    small.night(NIGHT + timedelta(days=7))
    assert small.row(AMARA, NIGHT + timedelta(days=7))["overdue"] == "yes"


def test_before_we_began_holds_numbers_and_no_clock(tmp_path: Path) -> None:
    small = Small.begin(tmp_path, wnb=WNB + "start: {backlog_a_week: 1}\n")
    small.send("clinic", NIGHT, missed(AMARA, 3, 9), missed(BEN, 4, 8), missed(CHIDI, 5, 7))
    small.night(NIGHT)
    [entered] = small.listed(NIGHT)
    assert entered["due"]
    assert small.document(NIGHT)["before_we_began"] == 2
    assert "Before we began (in the workbook and on the page): 2 children" in (
        small.lists(NIGHT) / "READ-ME-FIRST.txt"
    ).read_text("utf-8-sig")


def test_an_empty_list_says_why(small: Small) -> None:
    small.night(NIGHT)
    said = (small.lists(NIGHT) / "READ-ME-FIRST.txt").read_text("utf-8-sig")
    assert "No agency has ever delivered anything" in said
    small.send("clinic", NIGHT + timedelta(days=1), seen(AMARA, 1))
    small.night(NIGHT + timedelta(days=1))
    said = (small.lists(NIGHT + timedelta(days=1)) / "READ-ME-FIRST.txt").read_text("utf-8-sig")
    assert "No pattern was met among the 1 appointments held" in said or "1 appointment" in said


def test_a_fact_only_agency_tells_counts_and_dates(small: Small) -> None:
    small.configure("agencies/school.yaml", agency_yaml("school", sharing="fact-only"))
    small.send("clinic", NIGHT, missed(AMARA, 3))
    small.send("school", NIGHT, missed(AMARA, 9, service="Bladder", lead="Nurse Bladder"))
    small.night(NIGHT)
    told = small.row(AMARA, NIGHT)
    assert told["not_brought_12_months"] == "2"
    assert told["agencies"] == "Marsh clinic; School nursing"
    assert "Bladder" not in " ".join(told.values())
