"""Who may be one child is said and waits: nothing is joined by likeness, and twins are the test."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import AMARA, NIGHT, WNB, Child, Small, agency_yaml, missed, seen
from wnb.errors import UsageFault
from wnb.explain import explained
from wnb.linking import decide_link, waiting_links
from wnb.one_child import Verdict
from wnb.rebuild import rebuilt
from wnb.told import Told

NEXT, AFTER = NIGHT + timedelta(days=1), NIGHT + timedelta(days=2)
HOME = "E8 1DY"
SELIN = Child(5, "Selin", "Koçak", date(2019, 6, 30), postcode=HOME)
AYLA = Child(6, "Ayla", "Koçak", date(2019, 6, 30), postcode=HOME)  # her twin
PEOPLE = """\
agency: register
name: The register
kind: social-care
holds: people
sharing: partnership
extract: {files: "*.csv", extract_date: "%Y-%m-%d", delivers: changes}
columns:
  person_id: id
  nhs_number: nhs
  address_sealed: {column: sealed, yes: ["Y"]}
"""
WHY = "her mother showed both letters"


def waits(small: Small, night: date = NIGHT) -> list[dict]:
    return waiting_links(small.configuration, "A. Lead", at_noon(night)).document["waiting"]


def say(small: Small, verdict: str, one: str, other: str, night: date = NIGHT) -> Told:
    return decide_link(small.configuration, Verdict(verdict), (one, other), "A. Lead", WHY, at_noon(night))


def begun(root: Path, *at_school: list, clinic: list | None = None) -> Small:
    """The clinic knows the twins by number; the school sends no NHS numbers."""
    small = Small.begin(root)
    small.send("clinic", NIGHT, clinic or missed(SELIN, 3), seen(AYLA, 4))
    small.send("school", NIGHT, *at_school)
    small.night(NIGHT)
    return small


def test_a_school_without_numbers_is_joined_by_nothing_and_the_likely_child_waits_with_its_reasons(
    tmp_path: Path,
) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs="", family="KOCAK", postcode="E8 1DV"))
    assert small.listed(NIGHT) == []
    assert small.document(NIGHT)["links_waiting"] == 1
    [waiting] = waits(small)
    assert waiting["kind"] == "likely"
    assert waiting["words"] == (
        "May be one child: same given name, same surname, same date of birth, postcode differs by one letter."
    )
    assert waiting["probability"] > 0.99
    assert "Koçak" not in str(waiting)


def test_of_twins_the_one_of_that_name_is_asked_about_and_the_other_is_not(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(AYLA, 9, nhs=""))
    assert [each["words"] for each in waits(small)] == [
        "May be one child: same given name, same surname, same date of birth, same postcode."
    ]
    assert small.document(NIGHT)["links_waiting"] == 1


def test_where_only_the_other_twin_is_known_it_is_asked_and_said_to_be_how_twins_are(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(SELIN, 3))
    small.send("school", NIGHT, missed(AYLA, 9, nhs=""))
    small.night(NIGHT)
    [waiting] = waits(small)
    assert waiting["agreement"][0]["words"] == "another given name, as twins have"
    assert waiting["probability"] < 0.9


def test_once_a_person_has_refused_the_likeliest_the_next_one_is_asked_about(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(AYLA, 9, nhs=""))
    say(small, "different", *waits(small)[0]["children"])
    small.night(NEXT)
    assert [each["agreement"][0]["words"] for each in waits(small, NEXT)] == ["another given name, as twins have"]


def test_sisters_at_one_address_are_two_and_each_is_suggested_for_herself_alone(tmp_path: Path) -> None:
    elder = Child(7, "Zeynep", "Koçak", date(2014, 2, 11), postcode=HOME)
    small = begun(tmp_path, missed(elder, 9, nhs=""), clinic=[*missed(SELIN, 3), *missed(elder, 3)])
    assert [each["words"] for each in waits(small)] == [
        "May be one child: same given name, same surname, same date of birth, same postcode."
    ]


def test_a_changed_surname_is_found_by_all_else(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs="", family="Demirci"))
    first = waits(small)[0]
    assert first["words"] == "May be one child: same given name, another surname, same date of birth, same postcode."
    assert first["probability"] > 0.99


def test_a_sealed_address_is_compared_with_none(tmp_path: Path) -> None:
    small = Small.begin(tmp_path, agencies=("clinic", "school", "register"))
    small.configure("agencies/register.yaml", PEOPLE)
    small.send("clinic", NIGHT, missed(SELIN, 3))
    small.send("school", NIGHT, missed(SELIN, 9, nhs=""))
    small.send_bytes("register", f"register_{NIGHT}.csv", f"id,nhs,sealed\nP1,{SELIN.number},Y\n".encode())
    small.night(NIGHT)
    assert [each["words"] for each in waits(small)] == [
        "May be one child: same given name, same surname, same date of birth."
    ]


def test_a_person_says_yes_by_the_ids_that_the_command_names(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs=""))
    one, other = next(each for each in waits(small) if each["agreement"][0]["words"] == "same given name")["children"]
    told = explained(small.configuration, one, "A. Lead", at_noon(NIGHT))
    assert told.document["appointments_held"] == 1
    say(small, "same", one, other)
    small.night(NEXT)
    assert [row["not_brought_12_months"] for row in small.listed(NEXT)] == ["2"]
    assert all(each["agreement"][0]["words"] != "same given name" for each in waits(small, NEXT))


def test_what_a_person_refused_is_not_asked_again(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs=""))
    one, other = waits(small)[0]["children"]
    say(small, "different", one, other)
    small.night(NEXT)
    assert {one, other} not in [set(each["children"]) for each in waits(small, NEXT)]


def test_a_listed_child_has_it_on_the_row_that_another_may_be_the_same(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs=""), clinic=missed(SELIN, 3, 12))
    notes = small.row(SELIN, NIGHT)["data_notes"]
    [waiting] = waits(small)
    [other] = {*waiting["children"]} - {small.row(SELIN, NIGHT)["child_id"]}
    assert f"May be one child with {other}, who is on no list (same given name, same surname" in notes
    assert "a person decides: wnb links" in notes


def test_a_question_of_which_a_person_was_not_sure_stays_on_the_row(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs=""), clinic=missed(SELIN, 3, 12))
    one, other = waits(small)[0]["children"]
    say(small, "unsure", one, other)
    small.night(NEXT)
    notes = small.row(SELIN, NEXT)["data_notes"]
    assert "a person decides: wnb links. A. Lead was not sure on 12 November 2026." in notes
    assert "A. Lead was not sure on" in waits(small, NEXT)[0]["words"]
    assert small.document(NEXT)["links_waiting"] == len(waits(small, NEXT))


@pytest.mark.parametrize(
    "changed",
    [
        {"nhs": "", "given": "Baby", "family": "UNKNOWN", "postcode": "ZZ99 3VZ"},
        {"nhs": "", "born": "1900-01-01", "postcode": ""},
        {"nhs": "", "born": "", "postcode": "E8"},
        {"nhs": "", "born": "", "postcode": HOME, "given": ""},
    ],
    ids=["placeholders", "placeholder date, no postcode", "no date, half a postcode", "no date, no given name"],
)
def test_placeholders_and_missing_dates_suggest_nobody(tmp_path: Path, changed: dict[str, str]) -> None:
    small = begun(tmp_path, missed(SELIN, 9, **changed))
    assert waits(small) == []


def test_where_no_birthday_is_told_both_names_and_the_postcode_are_enough_to_ask(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs="", born="", postcode=HOME))
    assert [each["words"] for each in waits(small)] == [
        "May be one child: same given name, same surname, same postcode."
    ]


AGAIN = Child(9, "Selin", "KOCAK", SELIN.born, postcode=HOME)  # under another number, which checks as well


def test_two_numbers_of_whom_all_else_is_the_same_are_asked_about_as_one_mistyped_and_join_nothing(
    tmp_path: Path,
) -> None:
    small = begun(tmp_path, missed(AGAIN, 9), clinic=missed(SELIN, 3, 12))
    [waiting] = waits(small)
    assert (waiting["kind"], waiting["if_one"]["possible"]) == ("two-numbers", False)
    assert "one of the two may be mistyped" in waiting["words"]
    assert "one of the two may be mistyped" in small.row(SELIN, NIGHT)["data_notes"]
    assert small.document(NIGHT)["links_waiting"] == 1
    with pytest.raises(UsageFault, match="two valid numbers"):
        say(small, "same", *waiting["children"])
    say(small, "different", *waiting["children"])
    small.night(NEXT)
    assert waits(small, NEXT) == []


@pytest.mark.parametrize("but", [{"given": "Leyla"}, {"born": "2019-06-20"}, {"postcode": "E8 1DV"}, {"family": ""}])
def test_two_numbers_of_whom_anything_else_differs_are_two_children(tmp_path: Path, but: dict[str, str]) -> None:
    small = begun(tmp_path, missed(AGAIN, 9, **but))
    assert waits(small) == []


def test_two_numbers_are_asked_about_on_whichever_night_the_second_comes(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(AMARA, 9))
    small.send("school", NEXT, missed(AGAIN, 9))
    small.night(NEXT)
    small.night(AFTER)
    assert [[each["kind"] for each in waits(small, night)] for night in (NEXT, AFTER)] == [["two-numbers"]] * 2


def test_what_an_agency_keeps_to_itself_suggests_nobody(tmp_path: Path) -> None:
    small = Small.begin(tmp_path, agencies=("clinic", "refuge"))
    small.send("clinic", NIGHT, missed(SELIN, 3))
    small.send("refuge", NIGHT, missed(SELIN, 9, nhs=""))
    small.night(NIGHT)
    assert waits(small) == []


def test_night_after_night_the_same_is_suggested_as_if_all_were_read_at_once(tmp_path: Path) -> None:
    rest = missed(AYLA, 8, nhs=""), missed(AMARA, 7, nhs="", postcode=HOME)
    slowly = begun(tmp_path / "a", missed(SELIN, 9, nhs=""))
    slowly.send("school", NEXT, *rest)
    slowly.send("clinic", AFTER, seen(AMARA, 2), missed(SELIN, 3, given="Selina"))
    slowly.night(NEXT)
    slowly.night(AFTER)
    at_once = Small.begin(tmp_path / "b")
    for agency in ("clinic", "school"):
        for file in sorted((tmp_path / "a" / "inbox" / agency).iterdir()):
            at_once.send_bytes(agency, file.name, file.read_bytes())
    at_once.night(AFTER)
    told = [sorted((each["words"], each["probability"]) for each in waits(small, AFTER)) for small in (slowly, at_once)]
    assert told[0] == told[1]
    assert len(told[0]) >= 3


def test_a_pair_of_which_a_person_was_not_sure_keeps_what_speaks_for_it(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs=""))
    say(small, "unsure", *waits(small)[0]["children"])
    small.night(NEXT)
    [waiting] = waits(small, NEXT)
    assert waiting["words"].startswith("May be one child: same given name, same surname, same date of birth")
    assert "A. Lead was not sure on" in waiting["words"]
    assert small.document(NEXT)["links_waiting"] == 1


def test_what_a_night_said_is_worded_by_the_model_that_it_asked_with(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs=""), clinic=missed(SELIN, 3, 12))
    before = [each["words"] for each in waits(small)]
    changed = json.loads((Path(__file__).parents[2] / "config" / "linkage.json").read_text("utf-8"))
    for comparison in changed["model"]["comparisons"]:
        for level in comparison["comparison_levels"]:
            level["label_for_charts"] = "something else"
    small.configure("linkage.json", json.dumps(changed))
    assert [each["words"] for each in waits(small)] == before
    told = explained(small.configuration, "clinic/L005", "A. Lead", at_noon(NIGHT)).words
    assert "something else" not in told


def test_a_rebuild_suggests_the_same(tmp_path: Path) -> None:
    small = begun(tmp_path / "here", missed(SELIN, 9, nhs=""))
    small.night(NEXT)
    told = rebuilt(small.configuration, NEXT, tmp_path / "again", at_noon(NEXT), lambda step: None)
    assert told.document["differences"] == {}


def test_the_yaml_of_the_quiet_service_is_what_these_tests_think() -> None:
    assert "own-agency-only" in agency_yaml("refuge")


# ---------------------------------------------------------------- where the partnership lets likeness join


def let_likeness_join(small: Small, least: float = 0.999) -> None:
    small.configure("wnb.yaml", f"{WNB}linking: {{join_from_probability: {least}}}\n")


def test_likeness_joins_where_the_partnership_says_so_and_every_list_says_it(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    let_likeness_join(small)
    small.send("clinic", NIGHT, missed(SELIN, 3), seen(AYLA, 4))
    small.send("school", NIGHT, missed(SELIN, 9, nhs=""))
    small.night(NIGHT)
    [row] = small.listed(NIGHT)
    assert row["not_brought_12_months"] == "2"
    assert "Joined by likeness alone, from a probability of 0.999 on" in row["why_one_child"]
    assert "Records are joined by likeness alone" in row["warnings"]
    small.night(NEXT)
    assert [row["child_id"] for row in small.listed(NEXT)] == [row["child_id"]]


def test_likeness_never_joins_a_twin_of_another_name_nor_what_a_person_refused(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    let_likeness_join(small)
    small.send("clinic", NIGHT, missed(SELIN, 3))
    small.send("school", NIGHT, missed(AYLA, 9, nhs=""))
    small.night(NIGHT)
    assert small.listed(NIGHT) == []
    assert [each["agreement"][0]["words"] for each in waits(small)] == ["another given name, as twins have"]
    small.send("school", NEXT, missed(SELIN, 8, nhs="", local="L905"))
    say(small, "different", "clinic/L005", "school/L006")
    small.night(NEXT)
    assert [row["not_brought_12_months"] for row in small.listed(NEXT)] == ["2"]
    say(small, "different", "clinic/L005", "school/L905", NEXT)
    small.night(AFTER)
    assert {row["not_brought_12_months"] for row in small.listed(AFTER)} == {"1"}


def test_nothing_is_joined_by_likeness_where_nobody_set_a_threshold(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs=""))
    assert small.listed(NIGHT) == []
