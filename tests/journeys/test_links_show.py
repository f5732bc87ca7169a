"""One child or two: a lead sees both sides, what agrees and what would follow, and nothing that is kept back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import AMARA, BEN, NIGHT, WNB, Child, Small, agency_yaml, missed, seen
from wnb.errors import UsageFault
from wnb.linking import decide_link, shown_links, waiting_links
from wnb.one_child import Verdict
from wnb.side_by_side import odds
from wnb.store.casebook import Casebook
from wnb.told import Told

NEXT, AFTER = NIGHT + timedelta(days=1), NIGHT + timedelta(days=2)
HOME = "E8 1DY"
SELIN = Child(5, "Selin", "Koçak", date(2019, 6, 30), postcode=HOME)
AYLA = Child(6, "Ayla", "Koçak", date(2019, 6, 30), postcode=HOME)  # her twin
EMIR = Child(7, "Emir", "Koçak", date(2016, 2, 11), postcode=HOME)  # their brother
REGISTER = """\
agency: register
name: The register
kind: social-care
holds: people
sharing: {sharing}
extract: {{files: "*.csv", extract_date: "%Y-%m-%d", delivers: changes}}
columns:
  person_id: id
  nhs_number: nhs
  given_name: given
  family_name: family
  date_of_birth: {{column: born, format: "%Y-%m-%d"}}
  postcode: postcode
  address_sealed: {{column: sealed, yes: ["Y"]}}
"""
WHY = "her mother showed both letters"


def look(small: Small, one: str = "clinic/L005", other: str = "school/L005", night: date = NIGHT) -> Told:
    return shown_links(small.configuration, (one, other), "A. Lead", at_noon(night))


def links(small: Small, night: date = NIGHT, most: int = 50) -> Told:
    return waiting_links(small.configuration, "A. Lead", at_noon(night), most)


def say(small: Small, verdict: str, one: str, other: str, night: date = NIGHT, why: str = WHY, **more: bool) -> Told:
    return decide_link(small.configuration, Verdict(verdict), (one, other), "A. Lead", why, at_noon(night), **more)


def begun(root: Path, *at_school: list, clinic: list | None = None, **more: object) -> Small:
    """The clinic knows Selin by number; the school sends no NHS numbers."""
    small = Small.begin(root, **more)
    small.send("clinic", NIGHT, missed(SELIN, 3) if clinic is None else clinic)
    small.send("school", NIGHT, *at_school)
    small.night(NIGHT)
    return small


def registered(root: Path, told: str, sharing: str = "partnership") -> Small:
    """The same, and a register that tells something of Selin."""
    small = Small.begin(root, agencies=("clinic", "school", "register"))
    small.configure("agencies/register.yaml", REGISTER.format(sharing=sharing))
    small.send("clinic", NIGHT, missed(SELIN, 3))
    small.send("school", NIGHT, missed(SELIN, 9, nhs=""))
    columns = "id,nhs,given,family,born,postcode,sealed\n"
    small.send_bytes("register", f"register_{NIGHT}.csv", f"{columns}P1,{SELIN.number},{told}\n".encode())
    small.night(NIGHT)
    return small


# ---------------------------------------------------------------- both sides


def test_both_sides_stand_next_to_each_other_with_who_tells_what(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs="", family="KOCAK", postcode=""), seen(SELIN, 20, nhs=""))
    one, other = look(small).document["sides"]
    assert one["names"] == [{"told": "Selin Koçak", "by": ["Marsh clinic"]}]
    assert [each["told"] for each in other["names"]] == ["Selin KOCAK", "Selin Koçak"]
    assert one["dates_of_birth"] == [{"told": "2019-06-30", "by": ["Marsh clinic"]}]
    assert one["numbers"] == [{"kind": "nhs", "number": SELIN.number, "in_doubt": False}]
    assert other["numbers"] == []
    assert (one["own_numbers"], other["own_numbers"]) == (["clinic/L005"], ["school/L005"])
    assert one["last_not_brought"] == {"on": "2026-11-09", "at": "Marsh clinic"}
    assert other["last_seen"] == {"on": "2026-10-23", "at": "School nursing"}
    assert (one["appointments_held"], other["appointments_held"]) == (1, 2)
    assert one["on"] == other["on"] == []


def test_what_agrees_is_said_in_words_and_weighed_for_a_person_and_in_bits(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs="", family="Demirci", postcode=""))
    words, told = look(small).words, look(small).document["agreement"]
    for each, label in zip(told[:3], ("Given name", "Surname", "Date of birth"), strict=True):
        [line] = [line for line in words.split("\n") if line.startswith(f"  {label:<22}")]
        assert each["words"] in line
        assert line.endswith(odds(each["bits"]))
    assert [each["words"] for each in told[:3]] == ["same given name", "another surname", "same date of birth"]
    assert "not told: School nursing" in words
    assert "Only one side has a valid number of the health service." in words


def test_it_says_what_the_rules_would_find_if_they_are_one_child(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs=""))
    told = look(small)
    assert "If they are one child: would be on Review with partners: Not brought on 2 days in 7" in told.words
    assert [found["rule_id"] for found in told.document["if_one"]["finds"]] == ["two-days"]
    say(small, "same", "clinic/L005", "school/L005")
    small.night(NEXT)
    assert small.names(NEXT) == {"Selin"}  # and so it is


def test_where_nothing_new_would_be_found_it_says_so(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs=""), clinic=missed(SELIN, 3, 12))
    told = look(small)
    assert told.document["if_one"]["finds"] == []
    assert "the rules find nothing that they do not find of either alone" in told.words
    assert "Found of one of them alone: on Review with partners" in told.words
    assert told.document["sides"][0]["on"] == ["Review with partners (open)", "Marsh clinic's own list (open)"]


def test_an_age_that_only_the_other_side_tells_counts_in_what_would_follow(tmp_path: Path) -> None:
    """Without a date of birth nobody is known to be a child; as one child both misses count."""
    small = begun(tmp_path, missed(SELIN, 9, nhs="", born=""))
    assert [found["rule_id"] for found in look(small).document["if_one"]["finds"]] == ["two-days"]


def test_the_lines_to_copy_work(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs=""))
    told = look(small)
    one, other = (each["child_id"] for each in told.document["sides"])
    assert f"wnb links same {one} {other} --by 'A. Lead' --why" in told.words
    say(small, "same", one, other)
    small.night(NEXT)
    assert small.names(NEXT) == {"Selin"}


def test_two_with_a_number_each_are_shown_and_cannot_be_one(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(replace(SELIN, place=8), 9))
    told = look(small, other="school/L008")
    assert told.document["if_one"]["possible"] is False
    assert "They cannot be one child as things stand" in told.words
    assert "wnb links same" not in told.words
    assert "Each has a valid number of the health service." in told.document["besides"]


def test_a_pupils_number_is_compared_where_it_may_link(tmp_path: Path) -> None:
    upn = "B801200005001"
    small = Small.begin(tmp_path, wnb=WNB + 'linking: {upn_legal_basis: "section 175"}\n')
    for agency in ("clinic", "school"):
        text = agency_yaml(agency).replace("  service: service\n", "  school_upn: service\n")
        small.configure(f"agencies/{agency}.yaml", text)
    small.send("clinic", NIGHT, missed(SELIN, 3, service=upn))
    small.send("school", NIGHT, missed(SELIN, 9, nhs="", service="P207000016049"))
    small.night(NIGHT)
    told = look(small).document
    assert [each["upns"] for each in told["sides"]] == [[upn], ["P207000016049"]]
    assert "Another pupil's number (UPN)." in told["besides"]


def test_a_shared_number_is_shown_as_in_doubt_on_both_sides(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(EMIR, 9, nhs=SELIN.number))
    told = look(small, other="school/L007").document
    assert [each["numbers"][0]["in_doubt"] for each in told["sides"]] == [True, True]
    assert told["given_name_and_date_of_birth_differ"] is True


def test_who_is_one_child_already_is_not_shown_as_two(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(SELIN, 9))
    with pytest.raises(UsageFault, match="one child already"):
        look(small)


def test_the_look_is_written_for_both(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs=""))
    ids = [each["child_id"] for each in look(small).document["sides"]]
    with Casebook.open(small.configuration.partnership.casebook, small.root) as casebook:
        looks = [entry for entry in casebook.audit() if entry.what == "looked"]
    assert [entry.phrase for entry in looks] == [f"Looked at {child} by links show" for child in ids]
    assert {entry.actor for entry in looks} == {"A. Lead"}


@pytest.mark.parametrize(
    ("bits", "words"),
    [
        (10.0, "1,000 to 1 for one child (+10.0 bits)"),
        (-5.0, "32 to 1 against one child (-5.0 bits)"),
        (1.0, "2.0 to 1 for one child (+1.0 bits)"),
        (-0.3, "next to nothing either way (-0.3 bits)"),
    ],
)
def test_a_weight_is_said_as_odds(bits: float, words: str) -> None:
    assert odds(bits) == words


# ---------------------------------------------------------------- what is kept back


def test_a_postcode_of_a_refuge_or_that_says_it_is_kept_back_is_not_shown(tmp_path: Path) -> None:
    left_out = 'households: {left_out: [{what: refuge, postcode: "E8 1DY"}]}\n'
    for place, (wnb, postcode) in enumerate([(WNB + left_out, HOME), (WNB, "address withheld")]):
        small = begun(
            tmp_path / str(place), missed(SELIN, 9, nhs=""), clinic=missed(SELIN, 3, postcode=postcode), wnb=wnb
        )
        told = look(small)
        assert told.document["sides"][0]["address_sealed"] is True
        assert postcode not in told.words


def test_a_sealed_address_is_neither_shown_nor_compared(tmp_path: Path) -> None:
    small = registered(tmp_path, f"Selin,Koçak,2019-06-30,{HOME},Y")
    told = look(small)
    assert told.document["sides"][0]["address_sealed"] is True
    assert told.document["sides"][0]["postcodes"] == []
    assert "Postcode                sealed" in told.words
    assert HOME not in told.words  # nor the other side's: it may be hers
    assert {"field": "postcode", "words": "not known", "bits": 0.0, "not_told_by": ["sealed"]} in told.document[
        "agreement"
    ]


def test_what_an_agency_or_a_service_keeps_to_itself_is_shown_nowhere(tmp_path: Path) -> None:
    small = Small.begin(tmp_path, agencies=("clinic", "school", "refuge", "register"))
    small.configure("agencies/register.yaml", REGISTER.format(sharing="own-agency-only"))
    quiet = agency_yaml("clinic") + "sharing_by_service: {Sexual health: own-agency-only}\n"
    small.configure("agencies/clinic.yaml", quiet)
    aside = missed(SELIN, 5, 6, service="Sexual health", given="Zilli", local="L777", postcode="N1 9GU")
    small.send("clinic", NIGHT, missed(SELIN, 3), aside)
    small.send("school", NIGHT, missed(SELIN, 9, nhs=""))
    small.send("refuge", NIGHT, missed(SELIN, 2, 4, given="Zuhal", local="L888", postcode="N1 9GV"))
    told = "id,nhs,given,family,born,postcode,sealed\n"
    row = f"P999,{SELIN.number},Zeliha,Koçak,2019-06-30,N1 9GW,\n"
    small.send_bytes("register", f"register_{NIGHT}.csv", (told + row).encode())
    small.night(NIGHT)
    for said in (look(small), links(small)):
        text = said.words + str(said.document)
        kept = ("Zilli", "Zuhal", "Zeliha", "N1 9G", "L777", "L888", "P999", "quiet service", "register", "Sexual")
        assert [word for word in kept if word in text] == []
    assert look(small).document["sides"][0]["appointments_held"] == 1
    assert look(small).document["sides"][0]["on"] == []  # it is on the quiet service's own list
    assert look(small).document["if_one"]["finds"][0]["sentence"].startswith("Not brought on 2 days")


@pytest.mark.parametrize("asked", [look, lambda small, **of: say(small, "same", "clinic/L005", of["other"])])
def test_of_whom_nothing_may_be_told_the_answer_is_that_of_nobody_held(
    tmp_path: Path, asked: Callable[..., Told]
) -> None:
    small = Small.begin(tmp_path, agencies=("clinic", "refuge"))
    small.send("clinic", NIGHT, missed(SELIN, 3))
    small.send("refuge", NIGHT, missed(AYLA, 9, nhs=""), missed(BEN, 9))
    small.night(NIGHT)
    said = set()
    for other in ("refuge/L006", "refuge/L999", f"nhs:{BEN.number}", f"nhs:{AMARA.number}"):
        with pytest.raises(UsageFault) as fault:
            asked(small, other=other)
        said.add(str(fault.value))
    assert len(said) == 1


def test_links_tells_no_name_date_number_or_postcode(tmp_path: Path) -> None:
    small = begun(
        tmp_path, missed(SELIN, 9, nhs=""), missed(BEN, 4, nhs=""), clinic=[*missed(SELIN, 3), *missed(BEN, 5)]
    )
    told = links(small)
    text = told.words + str(told.document)
    secrets = [
        secret
        for child in (SELIN, BEN)
        for secret in (child.given, child.family, child.number, child.postcode, f"L00{child.place}", str(child.born))
    ]
    assert [secret for secret in secrets if secret in text] == []
    assert "(School nursing)" in text
    assert "(Marsh clinic)" in text


# ---------------------------------------------------------------- what comes first


def test_who_would_be_found_comes_before_who_is_likelier(tmp_path: Path) -> None:
    ben = replace(BEN, postcode="E9 5LX")
    other = missed(ben, 9, nhs="", family="Demirci")  # less likely, and he would be on the list
    small = begun(tmp_path, seen(SELIN, 9, nhs=""), other, clinic=[*seen(SELIN, 3), *missed(ben, 3)])
    first, second = links(small).document["waiting"]
    assert first["probability"] < second["probability"]
    assert [found["rule_id"] for found in first["if_one"]["finds"]] == ["two-days"]
    assert second["if_one"]["finds"] == []
    words = links(small).words
    assert "  1. c-" in words
    assert words.index("If they are one child: would be on Review") < words.index("  2. c-")
    assert "One child, very likely (more than 99 in 100): same given name, same surname" in words


def test_it_counts_what_is_left_out_as_waiting(tmp_path: Path) -> None:
    small = begun(tmp_path, seen(SELIN, 9, nhs=""), missed(BEN, 9, nhs=""), clinic=[*seen(SELIN, 3), *missed(BEN, 3)])
    told = links(small, most=1)
    assert [bool(each["if_one"]["finds"]) for each in told.document["waiting"]] == [True]
    assert "2 questions wait" in told.words
    assert "And 1 less likely pair" in told.words


def test_more_than_can_be_judged_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wnb.questions.MOST_JUDGED", 1)
    small = begun(tmp_path, seen(SELIN, 9, nhs=""), missed(BEN, 9, nhs=""), clinic=[*seen(SELIN, 3), *missed(BEN, 3)])
    told = links(small)
    assert told.document["not_judged"] == 1
    assert "of 1 pair it is not known here" in told.words


def test_pairs_of_one_child_are_judged_each_by_itself(tmp_path: Path) -> None:
    """Two records of the school may each be hers: neither finding rests on the other."""
    small = begun(tmp_path, missed(SELIN, 9, nhs=""), seen(SELIN, 8, nhs="", local="L905", family="Demirci"))
    found = {len(each["if_one"]["finds"]) for each in links(small).document["waiting"]}
    assert found == {0, 1}


def test_a_twin_is_said_to_be_perhaps_one(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(AYLA, 9, nhs=""))
    told = links(small)
    assert told.document["waiting"][0]["may_be_twin"] is True
    assert "May be a twin." in told.words
    assert "may be a twin" in look(small, other="school/L006").words


# ---------------------------------------------------------------- deciding


def test_a_shared_number_of_which_somebody_is_unsure_waits_once(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(EMIR, 9, nhs=SELIN.number))
    say(small, "unsure", "clinic/L005", "school/L007", why="asked the school, no answer yet")
    [waiting] = links(small).document["waiting"]
    assert waiting["kind"] == "shared-number"
    assert "A. Lead was not sure on 12 November 2026: asked the school, no answer yet" in waiting["words"]
    assert "1 question waits" in links(small).words


def test_a_shared_number_that_was_decided_waits_no_more(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(EMIR, 9, nhs=SELIN.number))
    assert small.document(NIGHT)["links_waiting"] == 1
    say(small, "different", "clinic/L005", "school/L007")
    assert links(small).document["waiting"] == []
    small.night(NEXT)
    assert links(small, NEXT).document["waiting"] == []
    assert small.document(NEXT)["links_waiting"] == 0
    assert not any("records of two people" in alarm for alarm in small.document(NEXT)["alarms"])
    say(small, "unsure", "clinic/L005", "school/L007", NEXT)
    small.night(AFTER)
    assert small.document(AFTER)["links_waiting"] == 1  # taken back


def test_a_number_of_three_people_waits_until_every_two_of_them_were_decided(tmp_path: Path) -> None:
    small = Small.begin(tmp_path, agencies=("clinic", "school", "dental"))
    small.send("clinic", NIGHT, missed(SELIN, 3))
    small.send("school", NIGHT, missed(EMIR, 9, nhs=SELIN.number))
    small.send("dental", NIGHT, missed(AMARA, 9, nhs=SELIN.number))
    small.night(NIGHT)
    say(small, "different", "clinic/L005", "school/L007")
    say(small, "different", "clinic/L005", "dental/L001")
    assert [each["kind"] for each in links(small).document["waiting"]] == ["shared-number"]
    say(small, "different", "school/L007", "dental/L001")
    assert links(small).document["waiting"] == []


def test_a_decision_says_what_agrees_and_which_id_stays(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs="", family="Demirci", postcode=""))
    told = say(small, "same", "clinic/L005", "school/L005")
    assert "What agrees: same given name, same date of birth." in told.words
    assert "What does not: another surname." in told.words
    assert "Not told by both sides: postcode." in told.words
    assert "Selin" not in told.words
    assert f"{told.document['stays']} is the id that stays" in told.words
    small.night(NEXT)
    assert small.row(SELIN, NEXT)["child_id"] == told.document["stays"]


def test_two_who_differ_in_given_name_and_birthday_are_one_only_by_saying_so(tmp_path: Path) -> None:
    small = begun(tmp_path, missed(EMIR, 9, nhs=""))
    with pytest.raises(UsageFault, match="--although-they-differ") as refused:
        say(small, "same", "clinic/L005", "school/L007")
    assert "Emir" not in str(refused.value)
    told = say(small, "same", "clinic/L005", "school/L007", although_they_differ=True)
    assert told.document["although_they_differ"] is True
    with Casebook.open(small.configuration.partnership.casebook, small.root) as casebook:
        entry = next(entry for entry in casebook.audit() if entry.what == "links-same")
        assert entry.phrase.endswith("are one child, although given name and date of birth differ")
        assert casebook.verify_audit().holds
    assert "although" not in say(small, "different", "clinic/L005", "school/L007").words


def test_one_account_that_agrees_is_enough_not_to_be_refused(tmp_path: Path) -> None:
    """The school once typed her brother's name: her own stands there as well."""
    small = begun(tmp_path, missed(SELIN, 9, nhs=""), missed(EMIR, 8, nhs="", local="L005"))
    assert say(small, "same", "clinic/L005", "school/L005").document["although_they_differ"] is False


@pytest.mark.parametrize(
    "why", ["lives at E8 1DY now", "at e81dy", "her number is 999 000 1073", "9990001073", "07700-900123 said so"]
)
def test_a_reason_that_holds_a_postcode_or_a_number_is_refused(tmp_path: Path, why: str) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs=""))
    with pytest.raises(UsageFault, match="wnb links repeats it") as refused:
        say(small, "same", "clinic/L005", "school/L005", why=why)
    assert why not in str(refused.value)


@pytest.mark.parametrize(
    "why", ["seen with both in ward B2 on 3 May 2026", "letter of 12/11/2026 and call of 13/11/2026"]
)
def test_a_reason_with_dates_and_places_is_taken(tmp_path: Path, why: str) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs=""))
    say(small, "same", "clinic/L005", "school/L005", why=why)


@pytest.mark.parametrize("ask", [look, lambda small, *two: say(small, "same", *two)], ids=["look", "decide"])
def test_an_agency_that_nobody_configured_is_said_to_be_that(tmp_path: Path, ask: Callable[..., Told]) -> None:
    small = begun(tmp_path, missed(SELIN, 9, nhs=""))
    with pytest.raises(UsageFault, match=r"no such agency is configured.*clinic, school") as refused:
        ask(small, "clinic/L005", f"{SELIN.number}/nope")
    assert SELIN.number not in str(refused.value)


def test_of_two_ids_of_one_night_the_one_that_stood_on_a_list_stays(tmp_path: Path) -> None:
    """The school's record got its id by a decision that was taken back, the clinic's by its list, on the same night."""
    for place in range(8):  # by chance either id is the first by text
        child = replace(SELIN, place=20 + place)
        small = Small.begin(tmp_path / str(place))
        small.send("clinic", NIGHT, missed(child, 3, 12))
        small.send("school", NIGHT, missed(child, 9, nhs=""))
        small.night(NIGHT)
        listed = small.row(child, NIGHT)["child_id"]
        own = f"L{child.place:03}"
        told = say(small, "same", f"clinic/{own}", f"school/{own}")
        assert told.document["stays"] == listed
        small.night(NEXT)
        assert [row["child_id"] for row in small.listed(NEXT)] == [listed]
