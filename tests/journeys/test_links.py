"""People decide who is one child, and it binds: joins and splits from a night's list to the next, and made again."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import AMARA, BEN, DARA, NIGHT, Child, Small, missed, seen
from wnb.errors import LockHeld, UsageFault
from wnb.explain import explained
from wnb.linking import decide_link, waiting_links
from wnb.nightly import locked
from wnb.one_child import Verdict
from wnb.rebuild import rebuilt
from wnb.store.casebook import Casebook
from wnb.told import Told

NEXT, AFTER, LAST = (NIGHT + timedelta(days=days) for days in (1, 2, 3))
SELIN = Child(5, "Selin", "Koçak", date(2019, 6, 30))
AYLA = Child(6, "Ayla", "Koçak", date(2019, 6, 30))  # her twin
WHY = "her mother showed both letters"


def say(small: Small, verdict: str, one: str, other: str, night: date = NIGHT, why: str = WHY) -> Told:
    return decide_link(small.configuration, Verdict(verdict), (one, other), "A. Lead", why, at_noon(night))


def waits(small: Small, night: date = NIGHT) -> list[dict]:
    return waiting_links(small.configuration, "A. Lead", at_noon(night)).document["waiting"]


def unnumbered(root: Path) -> Small:
    """One child at two services: the school has no NHS number for her. One miss at each."""
    small = Small.begin(root)
    small.send("clinic", NIGHT, missed(AMARA, 3), missed(BEN, 3, 9))
    small.send("school", NIGHT, missed(AMARA, 9, nhs=""))
    small.night(NIGHT)
    return small


def opened(small: Small) -> Casebook:
    return Casebook.open(small.configuration.partnership.casebook, small.root)


# ---------------------------------------------------------------- one child after all


def test_two_children_whom_a_person_calls_one_are_one_from_the_next_night_on(tmp_path: Path) -> None:
    small = unnumbered(tmp_path)
    assert small.names(NIGHT) == {"Ben"}
    said = say(small, "same", "clinic/L001", "school/L001")
    assert "are one child from the next night on" in said.words
    small.night(NEXT)
    assert small.names(NEXT) == {"Amara", "Ben"}
    row = small.row(AMARA, NEXT)
    one, other = said.document["children"]
    assert f"Joined by A. Lead on 12 November 2026: {one} and {other} are one child." in row["why_one_child"]
    assert "A. Lead on 12 November 2026 decided that" in row["data_notes"]
    assert WHY not in row["data_notes"] + row["why_one_child"]


def test_a_pattern_that_a_join_brings_to_light_is_told_however_long_ago_it_was(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(AMARA, 40))
    small.send("school", NIGHT, missed(AMARA, 50, nhs=""))
    small.night(NIGHT)
    say(small, "same", "clinic/L001", "school/L001")
    small.night(NEXT)
    assert "came to light late" in small.row(AMARA, NEXT)["why"]


def test_of_two_children_on_the_list_who_are_one_the_older_id_stays(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    older = small.row(AMARA, NIGHT)["child_id"]
    small.send("school", NEXT, missed(AMARA, 5, 12, nhs=""))
    small.night(NEXT)
    [younger] = {row["child_id"] for row in small.listed(NEXT)} - {older}
    say(small, "same", younger, older, NEXT)
    small.night(AFTER)
    assert [row["child_id"] for row in small.listed(AFTER)] == [older]
    assert small.document(AFTER)["exits"]["merged"] == 1


def test_two_valid_numbers_are_never_joined_by_a_person_either(tmp_path: Path) -> None:
    small = unnumbered(tmp_path)
    with pytest.raises(UsageFault, match="two valid numbers"):
        say(small, "same", "clinic/L001", "clinic/L002")


def test_no_path_of_decisions_brings_two_numbers_together(tmp_path: Path) -> None:
    small = unnumbered(tmp_path)
    say(small, "same", "clinic/L001", "school/L001")
    with pytest.raises(UsageFault, match="two valid numbers"):
        say(small, "same", "school/L001", "clinic/L002")


def test_a_number_learnt_later_that_gainsays_a_decision_parts_them_and_asks_again(tmp_path: Path) -> None:
    small = unnumbered(tmp_path)
    say(small, "same", "clinic/L001", "school/L001")
    small.night(NEXT)
    small.send("school", AFTER, missed(AMARA, 9, nhs=DARA.number))
    small.night(AFTER)
    rows = [row for row in small.listed(AFTER) if row["given_name"] == "Amara"]
    assert ["does not hold" in row["data_notes"] for row in rows] == [True, True]
    assert [each["kind"] for each in waits(small, AFTER)] == ["decision-does-not-hold"]


# ---------------------------------------------------------------- two children after all


def test_a_join_that_is_taken_back_keeps_flags_on_both_sides_and_each_has_the_id_it_had(tmp_path: Path) -> None:
    small = unnumbered(tmp_path)
    clinic, school = say(small, "same", "clinic/L001", "school/L001").document["children"]
    small.night(NEXT)
    assert [row["child_id"] for row in small.listed(NEXT) if row["given_name"] == "Amara"] in ([clinic], [school])
    say(small, "different", clinic, school, NEXT)
    small.night(AFTER)
    rows = {row["child_id"]: row for row in small.listed(AFTER) if row["given_name"] == "Amara"}
    assert set(rows) == {clinic, school}
    for row in rows.values():
        assert "Not met tonight" in row["why"]
        assert "are two children; the findings follow that" in row["data_notes"]
        assert row["not_brought_12_months"] == "1"
    assert small.document(AFTER)["exits"] == dict.fromkeys(small.document(AFTER)["exits"], 0)
    small.night(LAST)
    assert {row["child_id"] for row in small.listed(LAST)} >= {clinic, school}
    with opened(small) as casebook:
        assert casebook.current_id(clinic) == clinic
        assert casebook.current_id(school) == school
        assert casebook.verify_audit().holds


def test_joined_and_parted_again_the_findings_are_those_of_before(tmp_path: Path) -> None:
    small = unnumbered(tmp_path)
    before = small.findings(NIGHT)
    one, other = say(small, "same", "clinic/L001", "school/L001").document["children"]
    small.night(NEXT)
    say(small, "unsure", one, other, NEXT)
    small.night(AFTER)
    known = [{**row, "as_of": None, "late": None} for row in before]
    assert [{**row, "as_of": None, "late": None} for row in small.findings(AFTER)] == known
    [waiting] = waits(small, AFTER)
    assert waiting["kind"] == "likely"
    assert "A. Lead was not sure on" in waiting["words"]


def test_children_called_two_are_joined_by_nobody_until_it_is_taken_back(tmp_path: Path) -> None:
    small = unnumbered(tmp_path)
    say(small, "different", "clinic/L001", "school/L001")
    small.night(NEXT)
    assert small.names(NEXT) == {"Ben"}
    say(small, "same", "clinic/L001", "school/L001", NEXT)
    small.night(AFTER)
    assert small.names(AFTER) == {"Amara", "Ben"}


# ---------------------------------------------------------------- one number, two people


def twins(root: Path) -> Small:
    """The school typed one twin's number for the other."""
    small = Small.begin(root)
    small.send("clinic", NIGHT, missed(SELIN, 3), seen(AYLA, 4))
    small.send("school", NIGHT, missed(AYLA, 9, nhs=SELIN.number))
    small.night(NIGHT)
    return small


def test_a_number_typed_for_the_wrong_twin_waits_for_a_person_and_makes_no_pattern(tmp_path: Path) -> None:
    small = twins(tmp_path)
    assert small.listed(NIGHT) == []
    assert any("1 NHS number on records of two people" in alarm for alarm in small.document(NIGHT)["alarms"])
    [waiting] = waits(small)
    assert waiting["kind"] == "shared-number"
    assert len(waiting["children"]) == 2
    assert all(child.startswith("c-") for child in waiting["children"])
    told = explained(small.configuration, waiting["children"][0], "A. Lead", at_noon(NIGHT))
    assert any("stands on records of another person too" in words for words in told.document["in_doubt"])


def test_who_was_on_the_list_when_a_number_proves_to_be_two_peoples_stays_there(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(SELIN, 3))
    small.send("school", NIGHT, missed(AYLA, 9, nhs=SELIN.number))
    small.night(NIGHT)
    assert len(small.listed(NIGHT)) == 1  # nothing tells yet that they are two
    small.send("clinic", NEXT, missed(AYLA, 4))
    small.night(NEXT)
    assert {row["given_name"] for row in small.listed(NEXT)} == {"Selin", "Ayla"}
    assert all("records of another person" in row["data_notes"] for row in small.listed(NEXT))


def test_a_person_may_say_that_both_sides_of_a_number_are_one_child(tmp_path: Path) -> None:
    small = twins(tmp_path)
    say(small, "same", "clinic/L005", "school/L006")
    small.night(NEXT)
    assert small.row(SELIN, NEXT)["not_brought_12_months"] == "2" if small.names(NEXT) == {"Selin"} else True
    assert len(small.listed(NEXT)) == 1
    assert waits(small, NEXT) == []


def test_a_person_may_part_what_one_number_joined(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(AMARA, 3))
    small.send("school", NIGHT, missed(AMARA, 9, local="L900"))
    small.night(NIGHT)
    assert small.names(NIGHT) == {"Amara"}
    say(small, "different", "clinic/L001", "school/L900", why="the school says its Amara is another girl")
    small.night(NEXT)
    rows = small.listed(NEXT)
    assert [row["not_brought_12_months"] for row in rows] == ["1", "1"]
    assert len({row["child_id"] for row in rows}) == 2


def test_an_agencys_own_number_is_not_parted_by_a_decision(tmp_path: Path) -> None:
    small = unnumbered(tmp_path)
    with pytest.raises(UsageFault, match="one and the same"):
        say(small, "different", "clinic/L001", "clinic/L001")


# ---------------------------------------------------------------- what binds, and what is kept


def test_a_rebuild_makes_the_same_nights_with_the_same_decisions(tmp_path: Path) -> None:
    small = unnumbered(tmp_path)
    one, other = say(small, "same", "clinic/L001", "school/L001").document["children"]
    small.night(NEXT)
    say(small, "different", one, other, NEXT)
    small.night(AFTER)
    small.night(LAST)
    told = rebuilt(small.configuration, LAST, tmp_path / "again", at_noon(LAST), lambda step: None)
    assert told.document["differences"] == {}


def test_a_decision_is_audited_by_id_and_never_by_number_or_reason(tmp_path: Path) -> None:
    small = unnumbered(tmp_path)
    said = say(small, "same", "clinic/L001", "school/L001")
    with opened(small) as casebook:
        entry = next(entry for entry in casebook.audit() if entry.what == "links-same")
    assert entry.phrase == f"Decided that {' and '.join(said.document['children'])} are one child"
    assert entry.actor == "A. Lead"
    assert all(secret not in str(entry) for secret in (WHY, AMARA.number, "L001"))


@pytest.mark.parametrize(
    ("verdict", "one", "other", "why", "refused"),
    [
        ("same", "clinic/L001", "clinic/L777", WHY, "nothing is held"),
        ("same", "clinic/L001", "c-00000000000000000000", WHY, "nothing is held of c-"),
        ("same", "clinic/L001", "school/L001", "  ", "say why"),
        ("same", "clinic/L001", f"nhs:{AMARA.number}", WHY, "one child already"),
    ],
)
def test_what_cannot_be_decided_is_refused_with_the_reason(
    tmp_path: Path, verdict: str, one: str, other: str, why: str, refused: str
) -> None:
    small = unnumbered(tmp_path)
    with pytest.raises(UsageFault, match=refused) as told:
        say(small, verdict, one, other, why=why)
    assert AMARA.number not in str(told.value)


def test_nothing_is_decided_while_a_night_is_at_work(tmp_path: Path) -> None:
    small = unnumbered(tmp_path)
    with locked(small.configuration), pytest.raises(LockHeld):
        say(small, "same", "clinic/L001", "school/L001")
