"""Who belongs together, as registers of people tell it: what joins children, what never does, what is said of it."""

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.partnership import at_noon
from tests.small import AMARA, BEN, CHIDI, DARA, NIGHT, Child, Small, missed, nhs_number, seen
from tests.statuses import SOCIAL, tell
from tests.statuses import Told as Status
from wnb.linking import waiting_links

PEOPLE = """\
agency: register
name: School register
kind: school
sharing: {sharing}
holds: people
extract: {{files: "*.csv", extract_date: "%Y-%m-%d", delivers: changes}}
columns:
  person_id: row
  child_local_id: pupil
  nhs_number: nhs
  date_of_birth: {{column: born, format: "%Y-%m-%d"}}
  postcode: postcode
  household_id: household
  uprn: uprn
  address: address
  address_2: town
  address_sealed: {{column: sealed, yes: ["Y"]}}
  sibling_local_ids: siblings
  mother_nhs_number: mother_nhs
  mother_local_id: mother_id
"""
COLUMNS = ("row", "pupil", "nhs", "born", "postcode", "household", "uprn", "address", "town", "sealed", "siblings",
           "mother_nhs", "mother_id")  # fmt: skip
FAMILY = """\
version: "1"
recall_days: 28
rules:
  - {id: household, title: Two children of a household, pattern: family, children: 2, at_least: 1, within_days: 60,
     step: review, list: partnership, in_force_from: 2026-01-01, source: a proposal}
  - {id: two-days, title: Not brought on two days, pattern: repeated, at_least: 2, within_days: 60, step: review,
     list: partnership, in_force_from: 2026-01-01, source: a proposal}
"""
HOME = {"address": "Flat 2 12 Lea Road", "postcode": "ZZ9 9ZZ"}
AS_WELL = {"address": "FLAT 2  12 LEA RD", "postcode": "zz99zz"}


def begun(root: Path, sharing: str = "partnership", wnb: str = "") -> Small:
    from tests.small import WNB

    small = Small.begin(root, rules=FAMILY, wnb=f"{WNB}{wnb}")
    small.configure("agencies/register.yaml", PEOPLE.format(sharing=sharing))
    return small


def person(child: Child, **told: str) -> str:
    row = {"row": f"R{child.place}", "pupil": f"P{child.place}", "nhs": child.number, "born": "2016-05-17", **told}
    return ",".join(row.get(name, "") for name in COLUMNS)


def register(small: Small, *people: str, dated: date = NIGHT, agency: str = "register") -> None:
    small.send_bytes(agency, f"{agency}_{dated}.csv", "\n".join([",".join(COLUMNS), *people, ""]).encode())


def two_missed(small: Small, *children: Child) -> None:
    """Each of them not brought once: found only where they are one household."""
    small.send("clinic", NIGHT, *(missed(child, 3) for child in children or (AMARA, BEN)))
    small.night(NIGHT)


HOSPITAL = {"address": "Marsh Hospital", "town": "Green Lanes", "postcode": "ZZ9 9ZZ"}
NOWHERE = {"address": "No fixed abode", "town": "Marsh", "postcode": "ZZ9 9ZZ"}

JOINED = {
    "one address, written in two ways": (HOME, AS_WELL),
    "one UPRN": ({"uprn": "000199356"}, {"uprn": "199356", "address": "Basement 12 Lea Road", "postcode": "ZZ9 9ZZ"}),
    "one household of the agency's": ({"household": "H7"}, {"household": "H7"}),
    "a declared brother": ({"siblings": "P2; P9"}, {}),
    "one mother by her NHS number": ({"mother_nhs": nhs_number(77)}, {"mother_nhs": nhs_number(77)}),
    "one mother by the agency's number": ({"mother_id": "M1"}, {"mother_id": "M1"}),
}
APART = {
    "another flat": (HOME, {**HOME, "address": "Flat 3 12 Lea Road"}),
    "a postcode alone": ({"postcode": "ZZ9 9ZZ"}, {"postcode": "ZZ9 9ZZ"}),
    "a sealed address": ({**HOME, "sealed": "Y"}, AS_WELL),
    "a refuge": ({**HOME, "address": "The Lea Refuge 12 Lea Road"}, {**HOME, "address": "Lea Refuge 12 Lea Road"}),
    "a mother's number that does not verify": ({"mother_nhs": "9990001003"}, {"mother_nhs": "9990001003"}),
    "nobody's UPRN": ({"uprn": "0"}, {"uprn": "0"}),
    "a refuge with a UPRN": ({"uprn": "199356", "address": "The Lea Refuge"}, {"uprn": "199356"}),
    "a hospital, and its street in the next line": (HOSPITAL, HOSPITAL),
    "no fixed abode, with a UPRN": ({**NOWHERE, "uprn": "199356"}, {**NOWHERE, "uprn": "199356"}),
    "a refuge's UPRN and its street alone": (
        {"uprn": "199356", "address": "The Lea Refuge"}, {"uprn": "199356", **HOME}, HOME
    ),
    "two flats, told without their numbers": ({"uprn": "199356", **HOME}, {"uprn": "199357", **HOME}),
}  # fmt: skip


@pytest.mark.parametrize("name", JOINED)
def test_what_joins_two_children(tmp_path: Path, name: str) -> None:
    small = begun(tmp_path)
    of_amara, of_ben = JOINED[name]
    register(small, person(AMARA, **of_amara), person(BEN, **of_ben))
    two_missed(small)
    assert small.names(NIGHT) == {"Amara", "Ben"}


@pytest.mark.parametrize("name", APART)
def test_what_joins_nobody(tmp_path: Path, name: str) -> None:
    small = begun(tmp_path)
    children = (AMARA, BEN, CHIDI)[: len(APART[name])]
    register(small, *(person(child, **told) for child, told in zip(children, APART[name], strict=True)))
    two_missed(small, *children)
    assert small.names(NIGHT) == set()


@pytest.mark.parametrize(
    "wnb",
    [
        "households: {by_address: false}\n",
        "households: {left_out: [{what: hostel, postcode: ZZ9 9ZZ}]}\n",
        "households: {left_out: [{what: refuge, address: Flat 2 12 Lea Rd, postcode: ZZ9 9ZZ}]}\n",
    ],
)
def test_an_address_that_the_partnership_leaves_out_joins_nobody(tmp_path: Path, wnb: str) -> None:
    small = begun(tmp_path, wnb=wnb)
    register(small, person(AMARA, **HOME), person(BEN, **AS_WELL))
    two_missed(small)
    assert small.names(NIGHT) == set()


def test_an_address_with_too_many_children_is_no_home_and_is_counted(tmp_path: Path) -> None:
    small = begun(tmp_path, wnb="households: {most_children: 3}\n")
    register(small, *(person(child, **HOME) for child in (AMARA, BEN, CHIDI, DARA)))
    two_missed(small)
    assert small.names(NIGHT) == set()
    assert small.document(NIGHT)["households_set_aside"] == 1


MANY = [Child(20 + n, f"Kid{letter}", f"Fam{letter}") for n, letter in enumerate("abcdefghij")]


@pytest.mark.parametrize(
    "half",
    [{"uprn": "199356"}, {"uprn": "199356", "address": "Basement 12 Lea Road"}, {"sealed": "Y"}],
    ids=["five with a UPRN as well", "five with a UPRN and another text", "five sealed"],
)
def test_children_of_one_home_are_counted_together_however_each_is_told(tmp_path: Path, half: dict[str, str]) -> None:
    """Ten children are no household, whichever five of them are told of otherwise."""
    small = begun(tmp_path)
    both = person(MANY[0], **HOME, uprn="199356")
    register(small, both, *(person(c, **HOME | half) for c in MANY[1:5]), *(person(c, **HOME) for c in MANY[5:]))
    two_missed(small, *MANY)
    assert small.names(NIGHT) == set()
    assert small.document(NIGHT)["households_set_aside"] == 1


def test_a_child_told_to_be_in_a_refuge_is_not_joined_at_the_home_that_another_register_still_tells(
    tmp_path: Path,
) -> None:
    small = begun(tmp_path)
    small.configure(
        "agencies/other.yaml", PEOPLE.format(sharing="partnership").replace("agency: register", "agency: other")
    )
    register(small, person(AMARA, **HOME), person(BEN, **HOME))
    register(small, person(AMARA, address="The Lea Refuge", postcode="ZZ9 8AA"), agency="other")
    two_missed(small)
    assert small.names(NIGHT) == set()


def test_a_child_with_two_addresses_or_looked_after_is_joined_by_none(tmp_path: Path) -> None:
    """Amara has a placement and a home; Chidi is looked after: neither house is told of the other's children."""
    small = begun(tmp_path)
    small.configure("agencies/social.yaml", SOCIAL.format(sharing="partnership", delivers="delivers: changes"))
    text = (
        (tmp_path / "config/agencies/social.yaml").read_text("utf-8").replace("  RIP:", "  CLA: looked-after\n  RIP:")
    )
    small.configure("agencies/social.yaml", text)
    tell(small, NIGHT, Status(CHIDI, "CLA", NIGHT - timedelta(days=90)))
    there = {"address": "9 Marsh Walk", "postcode": "ZZ9 8AA"}
    register(
        small, person(AMARA, **HOME), person(AMARA, **there, row="R1b"), person(BEN, **HOME), person(DARA, **there),
        person(CHIDI, **there),
    )  # fmt: skip
    two_missed(small, AMARA, BEN, CHIDI, DARA)
    assert small.names(NIGHT) == set()


def test_a_sealed_address_stands_on_no_list_whoever_sends_it(tmp_path: Path) -> None:
    """The register keeps it, seals it and tells nobody; the clinic sends the postcode all the same."""
    small = begun(tmp_path, sharing="own-agency-only")
    hidden = Child(1, "Amara", "Okoro", postcode="QQ7 7QQ")
    register(small, person(hidden, address="4 Quiet Mews", postcode="QQ7 7QQ", sealed="Y"), person(BEN, **HOME))
    small.send("clinic", NIGHT, missed(hidden, 3, 9), missed(BEN, 3, 9))
    small.night(NIGHT)
    page = small.published(NIGHT)["escalation-list.html"].decode()
    assert "QQ7 7QQ" not in page
    assert "Quiet Mews" not in page
    assert "ZZ9 9ZZ" in page  # of Ben, whose is not sealed


def test_the_family_line_says_how_many_and_never_who(tmp_path: Path) -> None:
    """Ben missed two of his own; Amara, at his address, one; his mother's unborn child is of the household too."""
    small = begun(tmp_path)
    mother = {"mother_nhs": nhs_number(77)}
    register(
        small, person(AMARA, **HOME), person(BEN, **HOME, **mother),
        ",".join({"row": "R50", "pupil": "U50", **mother}.get(name, "") for name in COLUMNS),
    )  # fmt: skip
    small.send("clinic", NIGHT, missed(BEN, 3, 9), missed(AMARA, 5), seen(CHIDI, 2))
    small.night(NIGHT)
    said = small.row(BEN, NIGHT)["data_notes"]
    assert (
        "Family: 2 other children are known of this household (by one address and declared brothers or sisters, told "
        "by School register); 1 of them was not brought at least once in the twelve months before. Nothing of theirs "
        "is counted here." in said
    )
    assert "Amara" not in said
    assert "U50" not in str(small.listed(NIGHT))
    assert small.row(BEN, NIGHT)["not_brought_12_months"] == "2"


def test_a_register_that_keeps_to_itself_makes_no_household(tmp_path: Path) -> None:
    small = begun(tmp_path, sharing="own-agency-only")
    register(small, person(AMARA, **HOME), person(BEN, **HOME))
    two_missed(small)
    assert small.names(NIGHT) == set()


SIBLINGS = (AMARA, BEN, CHIDI)
MISSES = st.lists(st.tuples(st.sampled_from(range(3)), st.integers(0, 40)), max_size=8, unique=True)


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(MISSES, st.sampled_from([HOME, {"household": "H7"}, {"mother_id": "M1"}]))
def test_one_childs_appointments_never_count_for_another(misses: list[tuple[int, int]], told: dict[str, str]) -> None:
    """Living together or apart, each child's own findings are the same, and so is every proof and count on the list."""

    def night(root: Path, together: bool) -> tuple[set[tuple[str, ...]], list[dict[str, str]]]:
        small = begun(root)
        register(small, *(person(child, **(told if together else {})) for child in SIBLINGS))
        small.send("clinic", NIGHT, *(missed(SIBLINGS[which], days) for which, days in misses))
        small.night(NIGHT)
        own = {
            (f["child_id"], f["rule_id"], *f["evidence"])
            for f in small.findings(NIGHT) if f["rule_id"] == "two-days"
        }  # fmt: skip
        for f in small.findings(NIGHT):
            assert len({seen.partition("-")[0] for seen in f["evidence"]}) == 1  # C1-…: of one child alone
        return own, small.listed(NIGHT)

    with TemporaryDirectory() as apart, TemporaryDirectory() as together:
        own, alone = night(Path(apart), together=False)
        also, listed = night(Path(together), together=True)
    assert own == also
    counts = {row["given_name"]: row["not_brought_12_months"] for row in listed}
    assert {row["given_name"]: row["not_brought_12_months"] for row in alone}.items() <= counts.items()
    for name, number in counts.items():
        mine = sum(SIBLINGS[which].given == name for which, _ in misses)
        assert number == str(mine)


@pytest.mark.parametrize("sealed", ["Y", ""])
def test_a_sealed_address_is_no_likeness_either(tmp_path: Path, sealed: str) -> None:
    """The school sends no number: that the postcodes agree is said of a child whose address anybody may know, alone."""
    small = begun(tmp_path)
    hidden = Child(5, "Selin", "Koçak", date(2019, 6, 30), postcode="E8 1DY")
    register(small, person(hidden, born="2019-06-30", sealed=sealed))
    small.send("clinic", NIGHT, missed(hidden, 3))
    small.send("school", NIGHT, missed(hidden, 9, nhs="", local="S5"))
    small.night(NIGHT)
    told = waiting_links(small.configuration, "A. Lead", at_noon(NIGHT)).document["waiting"]
    words = [each["words"] for each in told if "same given name" in each["words"]]
    assert words
    assert all(("same postcode" in said) == (not sealed) for said in words)
