"""An address that may be told to nobody: who says so, until when, and that its postcode then stands on no list."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.journeys.test_belonging_together import PEOPLE, begun, person, register
from tests.partnership import at_noon
from tests.small import BEN, NIGHT, Appointment, Child, Small, missed, seen
from tests.statuses import SNAPSHOT, SOCIAL, Told, tell
from wnb.linking import decide_link
from wnb.one_child import Verdict

NEXT, AFTER = NIGHT + timedelta(days=1), NIGHT + timedelta(days=2)
POSTCODE = "QQ7 7QQ"
SELIN = Child(5, "Selin", "Koçak", date(2016, 5, 17), postcode=POSTCODE)
EMIR = Child(7, "Emir", "Koçak", date(2019, 2, 11), postcode=POSTCODE)


def printed(small: Small, night: date) -> set[str]:
    """The files of a night's lists in which her postcode stands."""
    lists = {name: content for name, content in small.published(night).items() if not name.endswith(".xlsx")}
    return {name for name, content in lists.items() if POSTCODE.encode() in content}


PRINTED = {"escalation-list.html"}


def twice_missed(small: Small, *told: str) -> None:
    """The register tells of her; the clinic sends two misses of hers, with the postcode."""
    register(small, *told)
    small.send("clinic", NIGHT, missed(SELIN, 3, 9))
    small.night(NIGHT)


def registers_a_snapshot(small: Small) -> None:
    small.configure(
        "agencies/register.yaml",
        PEOPLE.format(sharing="partnership").replace("delivers: changes", SNAPSHOT),
    )


def social_care(small: Small, delivers: str = "delivers: changes") -> None:
    text = SOCIAL.format(sharing="partnership", delivers=delivers)
    small.configure("agencies/social.yaml", f"{text}  SEAL: address-sealed\n")


def test_a_postcode_that_is_not_sealed_is_printed(tmp_path: Path) -> None:
    small = begun(tmp_path)
    twice_missed(small, person(SELIN))
    assert printed(small, NIGHT) == PRINTED


@pytest.mark.parametrize("word", ["Y", " Y ", "y", "Yes", "YES", "P", "?", "unknown", "✓"])
def test_whatever_does_not_clearly_say_no_in_the_column_seals(tmp_path: Path, word: str) -> None:
    small = begun(tmp_path)
    twice_missed(small, person(SELIN, sealed=word))
    assert printed(small, NIGHT) == set()


def test_the_row_says_that_it_is_sealed_and_by_whose_word_though_she_has_left_the_list(tmp_path: Path) -> None:
    small = begun(tmp_path)
    registers_a_snapshot(small)
    twice_missed(small, person(SELIN, sealed="Y"), person(BEN))
    said = "The address is sealed (School register{as_at}): it stands on no list, and may be told to nobody."
    assert said.format(as_at="") in small.row(SELIN, NIGHT)["data_notes"]
    register(small, person(BEN), dated=NEXT)
    small.night(NEXT)
    assert said.format(as_at="") in small.row(SELIN, NEXT)["data_notes"]
    small.night(AFTER)
    assert said.format(as_at=", as at 13 November 2026") in small.row(SELIN, AFTER)["data_notes"]


@pytest.mark.parametrize("sharing", ["partnership", "own-agency-only"])
def test_who_keeps_to_itself_that_it_is_sealed_is_heeded_and_not_named(tmp_path: Path, sharing: str) -> None:
    small = begun(tmp_path, sharing=sharing)
    twice_missed(small, person(SELIN, sealed="Y"))
    assert printed(small, NIGHT) == set()
    assert ("sealed" in small.row(SELIN, NIGHT)["data_notes"]) is (sharing == "partnership")


@pytest.mark.parametrize("word", ["", " ", "N", "n", "No", "0", "FALSE", "none"])
def test_what_clearly_says_no_does_not(tmp_path: Path, word: str) -> None:
    small = begun(tmp_path)
    twice_missed(small, person(SELIN, sealed=word))
    assert printed(small, NIGHT) == PRINTED
    assert small.document(NIGHT)["alarms"] == []


def test_a_word_that_is_not_declared_is_told_to_the_data_officer_and_can_be_declared(tmp_path: Path) -> None:
    small = begun(tmp_path)
    twice_missed(small, person(SELIN, sealed="Open"))
    [extract] = [each for each in small.document(NIGHT)["extracts"] if each["agency"] == "register"]
    assert extract["reasons"] == {"seal_not_declared": 1}
    assert extract["alarm"]
    assert printed(small, NIGHT) == set()
    small.configure(
        "agencies/register.yaml", PEOPLE.format(sharing="partnership").replace('yes: ["Y"]', 'yes: ["Y"], no: ["open"]')
    )
    register(small, person(SELIN, sealed="Open"), person(BEN), dated=NEXT)
    small.night(NEXT)
    assert printed(small, NEXT) == PRINTED


@pytest.mark.parametrize(
    "told",
    [{"address": "Address sealed"}, {"address": "c/o", "town": "WITHHELD"},
     {"address": "4 Quiet Mews", "town": "Do not disclose"}, {"postcode": "Confidential"}, {"uprn": "withheld"},
     {"address": "The Lea Refuge", "town": "Park Road"}],
    ids=lambda told: " ".join(told.values()),
)  # fmt: skip
def test_a_text_that_says_so_seals_wherever_it_stands(tmp_path: Path, told: dict[str, str]) -> None:
    small = begun(tmp_path)
    twice_missed(small, person(SELIN, **told))
    assert printed(small, NIGHT) == set()


def test_a_record_that_withholds_its_postcode_withholds_that_of_every_other(tmp_path: Path) -> None:
    small = begun(tmp_path)
    small.send("clinic", NIGHT, missed(SELIN, 3, 9, postcode="WITHHELD"))
    small.send("school", NIGHT, missed(SELIN, 4, 10))
    small.night(NIGHT)
    assert printed(small, NIGHT) == set()
    assert b"WITHHELD" not in small.published(NIGHT)["escalation-list.html"]


def test_a_child_who_leaves_the_register_stays_sealed(tmp_path: Path) -> None:
    """What a family that flees does: the school takes her off its list, and says nothing of her any more."""
    small = begun(tmp_path)
    registers_a_snapshot(small)
    twice_missed(small, person(SELIN, sealed="Y"), person(BEN))
    register(small, person(BEN), dated=NEXT)
    small.night(NEXT)
    assert printed(small, NEXT) == set()


def test_a_later_row_of_hers_that_says_no_ends_it(tmp_path: Path) -> None:
    small = begun(tmp_path)
    twice_missed(small, person(SELIN, sealed="Y"))
    register(small, person(SELIN, sealed="N"), dated=NEXT)
    small.night(NEXT)
    assert printed(small, NEXT) == PRINTED


@pytest.mark.parametrize("gone_means", ["withdrawn", "ended"])
def test_a_sealed_status_that_is_no_longer_told_goes_on(tmp_path: Path, gone_means: str) -> None:
    small = begun(tmp_path)
    social_care(small, f"{SNAPSHOT}, gone_means: {gone_means}")
    tell(small, NIGHT, Told(SELIN, "SEAL", NIGHT - timedelta(days=90)), Told(BEN, "CPP", NIGHT))
    twice_missed(small)
    tell(small, NEXT, Told(BEN, "CPP", NIGHT))
    small.night(NEXT)
    assert printed(small, NIGHT) == printed(small, NEXT) == set()


def test_a_row_that_says_that_it_is_over_ends_a_sealed_status_though_both_are_gone_since(tmp_path: Path) -> None:
    small = begun(tmp_path)
    social_care(small, SNAPSHOT)
    tell(small, NIGHT, Told(SELIN, "SEAL", NIGHT - timedelta(days=90), id="E1"), Told(BEN, "CPP", NIGHT))
    twice_missed(small)
    tell(small, NEXT, Told(SELIN, "CL", NIGHT, id="E1"), Told(BEN, "CPP", NIGHT))
    small.night(NEXT)
    tell(small, AFTER, Told(BEN, "CPP", NIGHT))
    small.night(AFTER)
    assert [printed(small, night) for night in (NIGHT, AFTER)] == [set(), PRINTED]


def test_a_sealed_status_holds_to_its_last_day_and_no_longer(tmp_path: Path) -> None:
    small = begun(tmp_path)
    social_care(small)
    tell(small, NIGHT, Told(SELIN, "SEAL", NIGHT - timedelta(days=90), NEXT))
    twice_missed(small)
    small.night(NEXT)
    small.night(AFTER)
    assert [printed(small, night) for night in (NIGHT, NEXT, AFTER)] == [set(), set(), PRINTED]


def test_a_seal_that_is_told_for_tomorrow_seals_tonight(tmp_path: Path) -> None:
    """Tonight's list is read tomorrow."""
    small = begun(tmp_path)
    social_care(small)
    tell(small, NIGHT, Told(SELIN, "SEAL", NEXT))
    twice_missed(small)
    assert printed(small, NIGHT) == set()


def test_an_unborn_childs_seal_is_that_of_the_child(tmp_path: Path) -> None:
    """Maternity knows a pregnancy; the seal is told by the baby's NHS number, which stands beside it from birth on."""
    small = Small.begin(tmp_path, agencies=("maternity", "clinic"))
    text = (tmp_path / "config/agencies/maternity.yaml").read_text("utf-8")
    kept = [
        line
        for line in text.split("\n")
        if not line.startswith(("  given_name", "  family_name", "  date_of_birth", "  manages_own"))
    ]
    small.configure("agencies/maternity.yaml", "\n".join([*kept, "about: unborn", ""]))
    social_care(small)
    baby = Child(50, "Baby", "Koçak", NIGHT, postcode=POSTCODE)
    tell(small, NIGHT, Told(baby, "SEAL", NIGHT))
    small.send("maternity", NIGHT, missed(baby, 3, 9), seen(baby, 1))
    small.night(NIGHT)
    assert len(small.listed(NIGHT)) == 1
    assert printed(small, NIGHT) == set()


@pytest.mark.parametrize(
    "told", [{"siblings": "P5"}, {"household": "H1"}, {"mother_id": "M1"}], ids=lambda t: next(iter(t))
)
def test_her_brothers_postcode_is_hers(tmp_path: Path, told: dict[str, str]) -> None:
    """Whoever knows where he lives, knows where she does; nobody has thought of sealing his."""
    small = begun(tmp_path)
    register(small, person(SELIN, sealed="Y", household="H1", mother_id="M1"), person(EMIR, born="2019-02-11", **told))
    small.send("clinic", NIGHT, missed(EMIR, 3, 9))
    small.night(NIGHT)
    assert small.names(NIGHT) == {"Emir"}
    assert printed(small, NIGHT) == set()


def test_the_postcode_of_a_refuge_that_the_partnership_names_is_nobodys_to_read(tmp_path: Path) -> None:
    small = begun(tmp_path, wnb="households: {left_out: [{what: refuge, postcode: qq77qq}]}\n")
    small.send("clinic", NIGHT, missed(SELIN, 3, 9))
    small.night(NIGHT)
    assert printed(small, NIGHT) == set()


def test_a_record_that_may_be_hers_keeps_its_postcode_back_until_a_person_has_decided(tmp_path: Path) -> None:
    """The school sends no number, and the row itself says whose it may be."""
    small = begun(tmp_path)
    small.send("school", NIGHT, missed(SELIN, 4, 10, nhs="", local="S5"))
    twice_missed(small, person(SELIN, sealed="Y"))
    notes = small.listed(NIGHT)[0]["data_notes"]
    assert "May be one child with" in notes
    assert "No postcode is shown: the address of this child, of one whom it may be" in notes
    assert printed(small, NIGHT) == set()
    keys = ("clinic/L005", "school/S5")
    decide_link(small.configuration, Verdict.UNSURE, keys, "A. Lead", "asked the school", at_noon(NIGHT))
    small.night(NEXT)
    assert printed(small, NEXT) == set()
    decide_link(small.configuration, Verdict.DIFFERENT, keys, "A. Lead", "the school knows both", at_noon(NEXT))
    small.night(AFTER)
    assert printed(small, AFTER) == PRINTED


def test_one_mistyped_number_elsewhere_unseals_nothing(tmp_path: Path) -> None:
    """The school types her number for her brother: whose records are whose waits for a person, all of them sealed."""
    small = begun(tmp_path)
    twice_missed(small, person(SELIN, sealed="Y"))
    small.send("school", NEXT, missed(EMIR, 9, 12, nhs=SELIN.number))
    small.night(NEXT)
    assert printed(small, NEXT) == set()


def test_an_own_number_that_stands_beside_two_nhs_numbers_unseals_nothing(tmp_path: Path) -> None:
    """Which of the two the records without an NHS number are of, nobody can say: perhaps hers."""
    small = begun(tmp_path)
    small.send("clinic", NIGHT, missed(BEN, 7, local="L005"), missed(SELIN, 4, 11, nhs=""))
    small.night(NIGHT)
    twice = [row for row in small.listed(NIGHT) if row["given_name"] == "Selin"]
    assert twice
    register(small, person(SELIN, sealed="Y"), dated=NEXT)
    small.send("clinic", NEXT, seen(SELIN, 1))
    small.night(NEXT)
    assert printed(small, NEXT) == set()


def test_a_row_set_aside_goes_back_whole_to_the_agency_that_sent_it_and_nowhere_else(tmp_path: Path) -> None:
    """It cannot be mended unseen; and it tells the agency nothing that is not its own."""
    small = begun(tmp_path)
    register(small, person(SELIN, sealed="Y"))
    small.send("clinic", NIGHT, missed(SELIN, 3, 9), [Appointment(SELIN, NIGHT, "ZZZ")])
    small.night(NIGHT)
    assert printed(small, NIGHT) == {"quarantine/clinic.csv"}
