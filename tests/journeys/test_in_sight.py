"""What an agency or a service keeps to itself is told in no word, count or refusal, and what is told has its reason."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import AMARA, BEN, NIGHT, RULES, WNB, Child, Small, agency_yaml, missed, seen
from tests.statuses import Told as Status
from tests.statuses import held_by, tell
from wnb.errors import UsageFault
from wnb.explain import chronology_of, explained
from wnb.nightly import opened
from wnb.told import Told

NEXT = NIGHT + timedelta(days=1)
SELIN = Child(5, "Selin", "Koçak", date(2019, 6, 30))
EMIR = Child(7, "Emir", "Koçak", date(2016, 2, 11))
NOBODY = Child(99, "Nobody", "Whom anybody knows")
CONFIDENTIAL = {"service": "Sexual health"}


def quiet(root: Path, wnb: str = WNB) -> Small:
    """A clinic and a school that share, and a refuge that keeps everything to itself."""
    return Small.begin(root, agencies=("clinic", "school", "refuge"), wnb=wnb)


def discreet(root: Path, rules: str = RULES) -> Small:
    """A clinic that shares, but for one of its services."""
    small = Small.begin(root, agencies=("clinic", "school"), rules=rules)
    more = "sharing: partnership\nsharing_by_service: {Sexual health: own-agency-only}"
    small.configure("agencies/clinic.yaml", agency_yaml("clinic").replace("sharing: partnership", more))
    return small


def ask(small: Small, asked: str, night: date = NIGHT) -> Told:
    return explained(small.configuration, asked, "A. Lead", at_noon(night))


def refusal(small: Small, asked: str) -> str:
    """What is answered; the same of both commands, and nothing in the audit."""
    said = set()
    for command in (explained, chronology_of):
        with pytest.raises(UsageFault) as refused:
            command(small.configuration, asked, "A. Lead", at_noon(NIGHT))
        said.add(str(refused.value))
    with opened(small.configuration, at_noon(NIGHT)) as casebook:
        assert not [entry for entry in casebook.audit() if entry.what == "looked"]
    [words] = said
    return words


# ---------------------------------------------------------------- a look at one child


def test_a_case_that_rests_on_a_service_that_keeps_to_itself_is_told_by_nobody_else(tmp_path: Path) -> None:
    small = discreet(tmp_path)
    small.send("clinic", NIGHT, missed(AMARA, 3, 9, **CONFIDENTIAL), missed(AMARA, 5))
    small.send("school", NIGHT, missed(AMARA, 7))
    small.night(NIGHT)
    assert small.names(NIGHT, "agencies/clinic.csv") == {"Amara"}
    told = ask(small, f"nhs:{AMARA.number}")
    assert told.document["on"] == ["partnership"]
    assert [case["desk"] for case in told.document["cases"]] == ["partnership"]
    assert "clinic's own list" not in told.words
    assert "on clinic" not in told.words


def test_a_case_of_an_agency_that_shares_is_told(tmp_path: Path) -> None:
    small = discreet(tmp_path)
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    assert ask(small, f"nhs:{AMARA.number}").document["on"] == ["clinic", "partnership"]


def test_of_a_case_that_rests_on_both_its_step_is_that_of_what_may_be_told(tmp_path: Path) -> None:
    thrice = RULES + (
        "  - {id: own-four, title: Four here, pattern: repeated, at_least: 4, within_days: 60, step: review,\n"
        "     scope: agency, list: own-agency, in_force_from: 2026-01-01, source: a proposal}\n"
        "  - {id: own-here, title: Twice in a service, pattern: repeated, at_least: 2, within_days: 60,\n"
        "     step: engage, scope: service, list: own-agency, in_force_from: 2026-01-01, source: a proposal}\n"
    )
    small = discreet(tmp_path, thrice)
    small.send("clinic", NIGHT, missed(AMARA, 3, **CONFIDENTIAL), missed(AMARA, 5, 7, 9))
    small.night(NIGHT)
    assert small.row(AMARA, NIGHT, "agencies/clinic.csv")["step"] == "review"
    [case] = [case for case in ask(small, f"nhs:{AMARA.number}").document["cases"] if case["desk"] == "clinic"]
    assert case["step"] == "engage"


@pytest.mark.parametrize("asked", [f"nhs:{AMARA.number}", "refuge/L001", "{id}"])
def test_who_is_known_only_where_it_is_kept_is_known_as_little_as_nobody(tmp_path: Path, asked: str) -> None:
    """By number, by the refuge's own, by the id on the refuge's own list."""
    small = quiet(tmp_path)
    small.send("clinic", NIGHT, missed(BEN, 3, 9))
    small.send("refuge", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    child_id = small.row(AMARA, NIGHT, "agencies/refuge.csv")["child_id"]
    assert refusal(small, asked.format(id=child_id)) == refusal(small, f"nhs:{NOBODY.number}")


def test_a_number_of_a_service_that_keeps_to_itself_finds_nobody_whom_others_know(tmp_path: Path) -> None:
    small = quiet(tmp_path)
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.send("refuge", NIGHT, missed(AMARA, 3, 9, local="R1"))
    small.night(NIGHT)
    assert refusal(small, "refuge/R1") == refusal(small, "refuge/R2")
    assert ask(small, "clinic/L001").document["appointments_held"] == 2


def test_a_child_on_no_list_is_told_with_the_id_by_which_it_can_be_asked_for(tmp_path: Path) -> None:
    small = quiet(tmp_path)
    small.send("clinic", NIGHT, seen(AMARA, 3))
    small.night(NIGHT)
    told = ask(small, f"nhs:{AMARA.number}")
    child_id = str(told.document["child_id"])
    assert told.words.startswith(f"As of the night of {NIGHT}: {child_id} is on no list.\nHeld: 1 record, 1 of them")
    assert ask(small, child_id).document == told.document


def test_a_number_that_stands_for_two_people_is_answered_with_both(tmp_path: Path) -> None:
    small = quiet(tmp_path)
    small.send("clinic", NIGHT, missed(SELIN, 3))
    small.send("school", NIGHT, seen(EMIR, 4, nhs=SELIN.number))
    small.night(NIGHT)
    for command in (explained, chronology_of):
        told = command(small.configuration, f"nhs:{SELIN.number}", "A. Lead", at_noon(NIGHT))
        children = [ask(small, own).document["child_id"] for own in ("clinic/L005", "school/L007")]
        assert told.document["children"] == sorted(children)
        assert all(child in told.words for child in children)
        assert "this NHS number is in doubt" in told.words
        assert SELIN.number not in told.words


def test_of_a_number_that_stands_for_two_the_one_who_may_be_shown_is_the_answer(tmp_path: Path) -> None:
    small = quiet(tmp_path)
    small.send("clinic", NIGHT, missed(SELIN, 3, 9))
    small.send("refuge", NIGHT, seen(EMIR, 4, nhs=SELIN.number))
    small.night(NIGHT)
    told = ask(small, f"nhs:{SELIN.number}")
    assert told.document["child_id"] == small.row(SELIN, NIGHT)["child_id"]
    assert told.document["in_doubt"] == []


# ---------------------------------------------------------------- the lists


def test_another_person_under_a_number_is_told_only_where_both_may_be_shown(tmp_path: Path) -> None:
    small = quiet(tmp_path)
    small.send("clinic", NIGHT, missed(SELIN, 3, 9))
    small.send("refuge", NIGHT, missed(BEN, 2, 5, nhs=SELIN.number))
    small.night(NIGHT)
    for file in ("escalation-list.csv", "agencies/clinic.csv"):
        assert "another person" not in small.row(SELIN, NIGHT, file)["data_notes"]
    assert "another person" in small.row(BEN, NIGHT, "agencies/refuge.csv")["data_notes"]
    assert small.document(NIGHT)["alarms"] == []
    assert small.document(NIGHT)["links_waiting"] == 0
    small.send("school", NEXT, seen(EMIR, 4, night=NEXT, nhs=SELIN.number))
    small.night(NEXT)
    assert "another person" in small.row(SELIN, NEXT)["data_notes"]
    assert small.document(NEXT)["alarms"] == [
        "1 NHS number on records of two people: nothing is joined by it; a person decides"
    ]


def test_a_status_told_without_a_name_makes_no_second_person_of_one_who_is_kept(tmp_path: Path) -> None:
    """Children's services name nobody: to whoever may not know of Ben's record there is one child under the number."""
    small = quiet(tmp_path)
    held_by(small)
    tell(small, NIGHT, Status(SELIN, "S47", NIGHT - timedelta(days=5)))
    small.send("clinic", NIGHT, missed(SELIN, 3, 9))
    small.send("refuge", NIGHT, missed(BEN, 2, 5, nhs=SELIN.number))
    small.night(NIGHT)
    said = small.row(SELIN, NIGHT)["data_notes"]
    assert said == "Known tonight: section 47, since 7 November 2026 (Children's services)."
    assert "without a name" not in small.row(BEN, NIGHT, "agencies/refuge.csv")["data_notes"]
    assert small.document(NIGHT)["alarms"] == []
    assert ask(small, f"nhs:{SELIN.number}").document["child_id"] == small.row(SELIN, NIGHT)["child_id"]


def test_two_numbers_beside_an_own_one_are_told_only_where_both_may_be_shown(tmp_path: Path) -> None:
    small = discreet(tmp_path)
    small.send("clinic", NIGHT, missed(AMARA, 3, 9), seen(BEN, 4, local="L001", **CONFIDENTIAL))
    small.night(NIGHT)
    assert "beside two NHS numbers" not in small.row(AMARA, NIGHT)["data_notes"]
    assert "beside two NHS numbers" in small.row(AMARA, NIGHT, "agencies/clinic.csv")["data_notes"]
    assert small.document(NIGHT)["alarms"] == []
    assert small.document(NIGHT)["links_waiting"] == 0


def test_a_child_seen_after_a_death_alarms_nobody_who_may_not_know_of_it(tmp_path: Path) -> None:
    small = quiet(tmp_path)
    small.send("clinic", NIGHT, missed(BEN, 3, 9))
    small.send("refuge", NIGHT, missed(AMARA, 12, 19), [*seen(AMARA, 4)], missed(AMARA, 9, code="D"))
    small.night(NIGHT)
    assert small.names(NIGHT, "agencies/refuge.csv") == {"Amara"}
    assert "in doubt" in small.row(AMARA, NIGHT, "agencies/refuge.csv")["data_notes"]
    assert small.document(NIGHT)["alarms"] == []


def test_eighteen_is_not_said_by_a_birthday_that_is_kept(tmp_path: Path) -> None:
    small = quiet(tmp_path)
    text = (tmp_path / "config" / "agencies" / "clinic.yaml").read_text("utf-8")
    by_age = text.replace('  date_of_birth: {column: born, format: "%Y-%m-%d"}\n', "  age_at_appointment: born\n")
    small.configure("agencies/clinic.yaml", by_age)
    amara = Child(1, "Amara", "Okoro", NIGHT.replace(year=NIGHT.year - 18))
    small.send("clinic", NIGHT, missed(amara, 3, 9, born="17"))
    small.send("refuge", NIGHT, seen(amara, 5))
    small.night(NIGHT)
    for file in ("escalation-list.csv", "agencies/clinic.csv"):
        row = small.row(amara, NIGHT, file)
        assert (row["date_of_birth"], "18 or over" in row["data_notes"]) == ("", False)
    small.send("school", NEXT, seen(amara, 5))
    small.night(NEXT)
    row = small.row(amara, NEXT)
    assert (row["date_of_birth"], "18 or over" in row["data_notes"]) == (amara.born.isoformat(), True)


@pytest.mark.parametrize("sharing", ["own-agency-only", "partnership"])
def test_a_silent_agency_that_keeps_to_itself_is_named_on_no_row(tmp_path: Path, sharing: str) -> None:
    """It could tell the partnership nothing; the heading alone says that it was silent."""
    small = quiet(tmp_path)
    held_by(small, sharing)
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    row = small.row(AMARA, NIGHT)
    assert ("Children's services" in row["data_notes"]) is (sharing == "partnership")
    assert "Children's services" in row["silent_agencies"]


def test_what_is_joined_by_what_is_kept_says_so(tmp_path: Path) -> None:
    """The confidential service alone states the NHS number beside the clinic's own: what joins them cannot be shown."""
    small = discreet(tmp_path)
    kept = seen(AMARA, 4, **CONFIDENTIAL)
    small.send("clinic", NIGHT, missed(AMARA, 3, 9, nhs=""), kept, missed(BEN, 3, nhs=""), seen(BEN, 9))
    small.send("school", NIGHT, missed(AMARA, 7), missed(BEN, 7))
    small.night(NIGHT)
    said = "What joins these records of Marsh clinic and School nursing may not be shown here."
    assert small.row(AMARA, NIGHT)["not_brought_12_months"] == "3"
    assert said in small.row(AMARA, NIGHT)["why_one_child"]
    assert said in ask(small, "school/L001").words
    assert said not in small.row(BEN, NIGHT)["why_one_child"]
