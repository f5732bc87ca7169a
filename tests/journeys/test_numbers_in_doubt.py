"""One number, two people: nobody's flags are lost by it, no id goes to a stranger, and what people decided goes on
holding whatever agencies change of their numbers.
"""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.journeys.test_links import AFTER, NEXT, SELIN, say, unnumbered, waits
from tests.partnership import at_noon
from tests.small import AMARA, BEN, NIGHT, WNB, Child, Small, agency_yaml, missed, seen
from tests.statuses import Told as Status
from tests.statuses import held_by, tell
from wnb.explain import explained
from wnb.people import close
from wnb.rebuild import rebuilt

EMIR = Child(7, "Emir", "Koçak", date(2016, 2, 11))  # Selin's brother
TWO = """\
version: "1"
recall_days: 28
rules:
  - {id: two-days, title: Not brought on two days, pattern: repeated, at_least: 2, within_days: 60, step: review,
     list: partnership, in_force_from: 2026-01-01, source: a proposal}
  - {id: section-47, title: Not brought during enquiries, pattern: repeated, at_least: 1, within_days: 28,
     only_if: [section-47], step: escalate, list: partnership, in_force_from: 2026-01-01, source: a proposal}
"""


# ---------------------------------------------------------------- what is known holds for both


def enquired(root: Path) -> Small:
    """Social care tells of enquiries by NHS number alone; then the school types that number for her brother."""
    small = Small.begin(root, rules=TWO)
    held_by(small)
    tell(small, NIGHT, Status(SELIN, "S47", NIGHT - timedelta(days=20)))
    small.send("clinic", NIGHT, seen(SELIN, 9))
    small.night(NIGHT)
    small.send("clinic", NEXT, missed(SELIN, 0, night=NEXT))
    small.send("school", NEXT, seen(EMIR, 9, nhs=SELIN.number))
    small.night(NEXT)
    return small


def test_a_number_typed_for_somebody_else_takes_no_section_47_from_the_child(tmp_path: Path) -> None:
    small = enquired(tmp_path)
    [row] = small.listed(NEXT)
    assert (row["given_name"], row["step"]) == ("Selin", "escalate")
    assert "may be of the other person: it holds for both until a person has looked" in row["data_notes"]


def test_nor_does_a_persons_word_that_they_are_two(tmp_path: Path) -> None:
    small = enquired(tmp_path)
    say(small, "different", "clinic/L005", "school/L007", NEXT)
    small.night(AFTER)
    assert [row["step"] for row in small.listed(AFTER)] == ["escalate"]


NAMED = """\
agency: social
name: Children's services
kind: social-care
sharing: partnership
{more}holds: statuses
extract: {{files: "*.csv", extract_date: "%Y-%m-%d", delivers: changes}}
columns:
  status_id: episode
  child_local_id: local
  nhs_number: nhs
  given_name: given
  family_name: family
  date_of_birth: {{column: born, format: "%Y-%m-%d"}}
  status: status
  status_from: {{column: since, format: "%Y-%m-%d"}}
statuses: {{CPP: child-protection-plan, CIN: child-in-need}}
"""


def told_by_name(root: Path, *rows: str, more: str = "") -> Small:
    """Two people under one number, and what social care tells, with names where it has them."""
    small = Small.begin(root)
    small.configure("agencies/social.yaml", NAMED.format(more=more))
    small.send("clinic", NIGHT, missed(SELIN, 3, 9))
    small.send("school", NIGHT, missed(EMIR, 3, 9, nhs=SELIN.number))
    lines = ["episode,local,nhs,given,family,born,status,since", *rows, ""]
    small.send_bytes("social", f"social_{NIGHT}.csv", "\n".join(lines).encode())
    small.night(NIGHT)
    return small


def test_what_is_told_with_a_name_holds_for_nobody_else(tmp_path: Path) -> None:
    small = told_by_name(
        tmp_path, f"E1,S7,{SELIN.number},,,,CIN,2026-10-01", f"E2,S7,,Emir,Koçak,{EMIR.born},CPP,2026-10-01"
    )
    notes = small.row(SELIN, NIGHT)["data_notes"]
    assert "child in need" in notes.lower()
    assert "plan" not in notes


def test_once_a_person_says_whose_it_is_it_holds_for_that_child_and_the_number_is_still_of_two(tmp_path: Path) -> None:
    small = told_by_name(tmp_path, f"E1,S7,{SELIN.number},,,,CIN,2026-10-01")
    say(small, "same", "social/S7", "school/L007")
    small.night(NEXT)
    notes = small.row(SELIN, NEXT)["data_notes"]
    assert "child in need" not in notes.lower()
    assert "another person too" in notes
    assert [each["kind"] for each in waits(small, NEXT)] == ["shared-number"]


def test_a_status_that_is_kept_makes_no_doubt_that_anybody_is_told(tmp_path: Path) -> None:
    small = Small.begin(tmp_path, agencies=("clinic",))
    kept = "sharing_by_status: {child-protection-plan: own-agency-only}\n"
    small.configure("agencies/social.yaml", NAMED.format(more=kept))
    small.send("clinic", NIGHT, missed(SELIN, 3, 9))
    row = f"E1,S7,{SELIN.number},Emir,Okoro,2016-02-11,CPP,2026-10-01"
    small.send_bytes(
        "social", f"social_{NIGHT}.csv", f"episode,local,nhs,given,family,born,status,since\n{row}\n".encode()
    )
    small.night(NIGHT)
    assert "another person" not in small.row(SELIN, NIGHT)["data_notes"]
    assert [alarm for alarm in small.document(NIGHT)["alarms"] if "two people" in alarm] == []
    assert waits(small) == []


# ---------------------------------------------------------------- an agency's own number, and a pupil's


def test_an_own_number_that_is_given_to_another_child_joins_neither_and_is_told(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(SELIN, 3))
    small.send("school", NIGHT, missed(SELIN, 9, nhs=SELIN.number, local="L900"))
    small.night(NIGHT)
    before = small.row(SELIN, NIGHT)
    small.send("school", NEXT, seen(BEN, 2, nhs="", local="L900"), missed(BEN, 20, 22, nhs="", local="L900"))
    small.night(NEXT)
    rows = {row["given_name"]: row for row in small.listed(NEXT)}
    assert rows["Selin"]["child_id"] == before["child_id"]
    assert (rows["Selin"]["not_brought_12_months"], rows["Selin"]["last_seen_on"]) == ("2", "")
    assert (rows["Ben"]["not_brought_12_months"], rows["Ben"]["nhs_number"]) == ("2", "")
    assert rows["Ben"]["child_id"] != before["child_id"]
    for row in rows.values():
        assert (
            "School nursing's own number on these records stands on records of another person too" in row["data_notes"]
        )
    [waiting] = [each for each in waits(small, NEXT) if each["kind"] == "number-of-two"]
    assert set(waiting["children"]) == {row["child_id"] for row in rows.values()}
    assert small.document(NEXT)["links_waiting"] == len(waits(small, NEXT))
    assert (
        "1 own or pupil number on records of two people: each person's are kept apart" in small.document(NEXT)["alarms"]
    )


def test_a_pupils_number_typed_for_a_brother_joins_nobody(tmp_path: Path) -> None:
    upn = "B801200005001"
    small = Small.begin(tmp_path, wnb=WNB + "linking: {upn_legal_basis: Education Act}\n")
    for agency in ("clinic", "school"):
        told = agency_yaml(agency).replace("  service: service\n", "  school_upn: service\n")
        small.configure(f"agencies/{agency}.yaml", told)
    small.send("clinic", NIGHT, missed(SELIN, 3, service=upn))
    small.send("school", NIGHT, missed(EMIR, 9, nhs="", service=upn))
    small.night(NIGHT)
    assert small.listed(NIGHT) == []
    [waiting] = waits(small)
    assert waiting["words"].startswith("A pupil's number (UPN) stands on records of 2 people")


def test_a_number_of_two_of_whom_one_is_known_only_where_it_is_kept_is_told_nobody(tmp_path: Path) -> None:
    upn = "B801200005001"
    small = Small.begin(
        tmp_path, agencies=("clinic", "refuge"), wnb=WNB + "linking: {upn_legal_basis: Education Act}\n"
    )
    for agency in ("clinic", "refuge"):
        told = agency_yaml(agency).replace("  service: service\n", "  school_upn: service\n")
        small.configure(f"agencies/{agency}.yaml", told)
    small.send("clinic", NIGHT, missed(SELIN, 3, 9, service=upn))
    small.send("refuge", NIGHT, missed(EMIR, 9, nhs="", service=upn))
    small.night(NIGHT)
    assert "UPN) on these records" not in small.row(SELIN, NIGHT)["data_notes"]
    assert (waits(small), small.document(NIGHT)["links_waiting"]) == ([], 0)


def test_a_decision_that_holds_no_more_waits_to_be_made_again(tmp_path: Path) -> None:
    """The school's row had no number at all when it was decided; then it states the NHS number of the other child."""
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(AMARA, 3))
    small.send("school", NIGHT, missed(AMARA, 9, nhs="", local=""))
    small.night(NIGHT)
    [waiting] = waits(small)
    say(small, "different", *waiting["children"])
    small.night(NEXT)
    small.send("school", AFTER, missed(AMARA, 9, local=""))
    small.night(AFTER)
    [waiting] = waits(small, AFTER)
    assert waiting["kind"] == "decision-does-not-hold"
    assert "that these are two children" in waiting["words"]
    assert small.document(AFTER)["links_waiting"] == 1


def test_once_a_person_has_said_that_they_are_two_the_rows_say_so(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(SELIN, 3, 12))
    small.send("school", NIGHT, missed(EMIR, 9, nhs=SELIN.number))
    small.night(NIGHT)
    assert "joined by it until a person has looked" in small.row(SELIN, NIGHT)["data_notes"]
    say(small, "different", "clinic/L005", "school/L007")
    small.night(NEXT)
    notes = small.row(SELIN, NEXT)["data_notes"]
    assert "A person said that they are two; it joins nobody until the agencies have corrected it" in notes
    assert "until a person has looked" not in notes


def test_whoever_explain_names_can_be_named_in_a_decision(tmp_path: Path) -> None:
    """Nobody of these was ever on a list or asked about."""
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(AMARA, 3), missed(BEN, 4))
    small.night(NIGHT)
    ids = [
        explained(small.configuration, own, "A. Lead", at_noon(NIGHT)).document["child_id"]
        for own in ("clinic/L001", "clinic/L002")
    ]
    assert set(say(small, "different", *ids).document["children"]) == set(ids)


# ---------------------------------------------------------------- ids stay where they were


def test_a_strangers_record_does_not_take_over_the_id_when_it_is_found_out(tmp_path: Path) -> None:
    small = Small.begin(tmp_path, agencies=("alpha", "school"))
    small.send("school", NIGHT, missed(SELIN, 3, 9))
    small.send("alpha", NIGHT, seen(EMIR, 4, nhs=SELIN.number, given="", family="", born=""))
    small.night(NIGHT)
    small.send("alpha", NEXT, seen(EMIR, 4, nhs=SELIN.number))
    small.night(NEXT)
    assert small.row(SELIN, NEXT)["child_id"] == small.listed(NIGHT)[0]["child_id"]


def renumbered(root: Path) -> Small:
    """The school's new system writes its numbers with zeros in front, of the same appointments."""
    small = Small.begin(root)
    small.send("school", NIGHT, missed(AMARA, 3, 9, nhs="", local="123"))
    small.night(NIGHT)
    small.send("school", NEXT, missed(AMARA, 3, 9, nhs="", local="00123"))
    return small


def test_an_agency_that_changes_its_own_numbers_leaves_nobody_behind(tmp_path: Path) -> None:
    small = renumbered(tmp_path)
    small.night(NEXT)
    assert [row["child_id"] for row in small.listed(NEXT)] == [row["child_id"] for row in small.listed(NIGHT)]
    assert small.row(AMARA, NEXT)["local_ids"] == "school/00123"


def test_a_case_that_a_person_closed_does_not_come_back_under_another_id(tmp_path: Path) -> None:
    small = renumbered(tmp_path)
    [before] = small.listed(NIGHT)
    close(small.configuration, before["child_id"], "needs-met", "A. Lead", "", "partnership", at_noon(NIGHT))
    small.night(NEXT)
    assert small.listed(NEXT) == []


def test_and_it_is_all_made_again_by_a_rebuild(tmp_path: Path) -> None:
    small = renumbered(tmp_path / "here")
    small.night(NEXT)
    small.night(AFTER)
    told = rebuilt(small.configuration, AFTER, tmp_path / "again", at_noon(AFTER), lambda step: None)
    assert told.document["differences"] == {}


# ---------------------------------------------------------------- decisions go on holding


def days(small: Small, night: date) -> list[str]:
    """Amara's days, by row of the list."""
    return [row["not_brought_12_months"] for row in small.listed(night) if row["given_name"] == "Amara"]


def test_same_holds_although_the_number_that_was_named_proves_to_be_two_peoples(tmp_path: Path) -> None:
    small = unnumbered(tmp_path)
    [waiting] = [each for each in waits(small) if each["kind"] == "likely"]
    say(small, "same", *waiting["children"])
    small.night(NEXT)
    small.send("school", AFTER, seen(EMIR, 5, nhs=AMARA.number))
    small.night(AFTER)
    assert (days(small, NEXT), days(small, AFTER)) == (["2"], ["2"])


@pytest.mark.parametrize("own", ["S-000001", "L777"])
def test_same_holds_although_the_agency_changes_its_own_numbers(tmp_path: Path, own: str) -> None:
    small = unnumbered(tmp_path)
    say(small, "same", "clinic/L001", "school/L001")
    small.night(NEXT)
    small.send("school", AFTER, missed(AMARA, 9, nhs="", local=own))
    small.night(AFTER)
    assert days(small, AFTER) == ["2"]


def test_same_of_a_record_without_an_own_number_holds_when_it_is_given_one(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(AMARA, 3))
    small.send("school", NIGHT, missed(AMARA, 9, nhs="", local=""))
    small.night(NIGHT)
    [waiting] = waits(small)
    say(small, "same", *waiting["children"])
    small.night(NEXT)
    small.send("school", AFTER, missed(AMARA, 9, nhs="", local="L001"))
    small.night(AFTER)
    assert days(small, AFTER) == ["2"]


def test_different_holds_although_what_told_them_apart_is_taken_back(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(SELIN, 3))
    small.send("school", NIGHT, missed(EMIR, 9, nhs=SELIN.number))
    small.night(NIGHT)
    [waiting] = waits(small)
    say(small, "different", *waiting["children"])
    small.night(NEXT)
    small.send("school", AFTER, missed(EMIR, 9, nhs=SELIN.number, born=""))
    small.night(AFTER)
    assert [row["not_brought_12_months"] for row in small.listed(AFTER)] in ([], ["1", "1"])


@pytest.mark.parametrize("verdict", ["same", "unsure"])
def test_a_different_is_taken_back_by_the_ids_that_the_lists_print(tmp_path: Path, verdict: str) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(AMARA, 3))
    small.send("school", NIGHT, missed(AMARA, 9, local="L900"))
    small.night(NIGHT)
    say(small, "different", "clinic/L001", "school/L900")
    small.night(NEXT)
    assert days(small, NEXT) == ["1", "1"]
    say(small, verdict, *(row["child_id"] for row in small.listed(NEXT)), night=NEXT)
    small.night(AFTER)
    assert days(small, AFTER) == ["2"]


def test_a_decision_goes_with_the_records_and_not_with_whoever_is_given_the_number(tmp_path: Path) -> None:
    """The clinic writes her number otherwise and gives the old one to a stranger, on one night."""
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(SELIN, 3, nhs="", local="L5"))
    small.send("school", NIGHT, missed(SELIN, 9))
    small.night(NIGHT)
    say(small, "same", "clinic/L5", "school/L005")
    small.night(NEXT)
    small.send("clinic", AFTER, missed(SELIN, 3, nhs="", local="L9"), missed(BEN, 4, 8, nhs="", local="L5"))
    small.night(AFTER)
    rows = {row["given_name"]: row for row in small.listed(AFTER)}
    assert rows["Selin"]["not_brought_12_months"] == "2"
    assert rows["Selin"]["child_id"] == small.row(SELIN, NEXT)["child_id"]
    assert (rows["Ben"]["not_brought_12_months"], rows["Ben"]["nhs_number"]) == ("2", "")
    last = AFTER + timedelta(days=1)
    small.night(last)
    assert {row["given_name"]: row["not_brought_12_months"] for row in small.listed(last)}["Ben"] == "2"


def test_a_decision_of_records_that_come_apart_is_nobodys_and_not_the_strangers(tmp_path: Path) -> None:
    """The clinic gives her two records two numbers, and the old one to a stranger: who was meant cannot be said."""
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(SELIN, 3, nhs="", local="L5"), missed(SELIN, 5, nhs="", local="L5"))
    small.send("school", NIGHT, missed(SELIN, 9))
    small.night(NIGHT)
    say(small, "same", "clinic/L5", "school/L005")
    small.night(NEXT)
    assert small.row(SELIN, NEXT)["not_brought_12_months"] == "3"
    first, second = missed(SELIN, 3, nhs="", local="L8"), missed(SELIN, 5, nhs="", local="L9")
    small.send("clinic", AFTER, first, second, missed(BEN, 4, 8, nhs="", local="L5"))
    small.night(AFTER)
    rows = {row["given_name"]: row for row in small.listed(AFTER)}
    assert (rows["Ben"]["not_brought_12_months"], rows["Ben"]["nhs_number"]) == ("2", "")
    assert rows["Selin"]["child_id"] == small.row(SELIN, NEXT)["child_id"]


def test_nor_is_a_different_lost_with_the_number(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(SELIN, 3, local="L5"))
    small.send("school", NIGHT, missed(SELIN, 9))
    small.night(NIGHT)
    say(small, "different", "clinic/L5", "school/L005")
    small.night(NEXT)
    small.send("clinic", AFTER, missed(SELIN, 3, local="L9"), missed(BEN, 4, nhs="", local="L5"))
    small.night(AFTER)
    assert [row["not_brought_12_months"] for row in small.listed(AFTER)] == ["1", "1"]
