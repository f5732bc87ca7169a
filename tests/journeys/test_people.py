"""An extract of people alone: no appointment, and yet who a child is, how old, where it belongs and whom to ask."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import AMARA, BEN, CHIDI, NIGHT, Child, Small, missed
from wnb.explain import explained

PEOPLE = """\
agency: register
name: School register
kind: school
sharing: {sharing}
holds: people
extract: {{files: "*.csv", extract_date: "%Y-%m-%d", delivers: {delivers}}}
columns:
  child_local_id: pupil
  nhs_number: nhs
  given_name: given
  family_name: family
  date_of_birth: {{column: born, format: "%Y-%m-%d"}}
  postcode: postcode
  ethnicity: ethnicity
  language: language
  mother: mother
  father: father
  father_asked_on: {{column: asked, format: "%Y-%m-%d"}}
  school: school
  gp_practice: practice
  home_local_authority: authority
  deceased_on: {{column: died, format: "%Y-%m-%d"}}
"""
COLUMNS = (
    "pupil", "nhs", "given", "family", "born", "postcode", "ethnicity", "language", "mother", "father", "asked",
    "school", "practice", "authority", "died",
)  # fmt: skip


def begun(root: Path, sharing: str = "partnership", delivers: str = "changes") -> Small:
    small = Small.begin(root)
    small.configure("agencies/register.yaml", PEOPLE.format(sharing=sharing, delivers=delivers))
    return small


def person(child: Child, **told: str) -> str:
    row = {
        "pupil": f"P{child.place}", "nhs": child.number, "given": child.given, "family": child.family,
        "born": child.born.isoformat(), **told,
    }  # fmt: skip
    return ",".join(row.get(name, "") for name in COLUMNS)


def register(small: Small, *people: str, dated=NIGHT) -> None:  # type: ignore[no-untyped-def]
    small.send_bytes("register", f"register_{dated}.csv", "\n".join([",".join(COLUMNS), *people, ""]).encode())


def ageless(child: Child, *days: int):  # type: ignore[no-untyped-def]
    return missed(child, *days, born="")


def test_the_register_says_how_old_a_child_is_whose_clinic_does_not(tmp_path: Path) -> None:
    """Without it nobody knows that Amara is a child, and nothing counts; nobody is a child for being on a register."""
    small = begun(tmp_path)
    small.send("clinic", NIGHT, ageless(AMARA, 3, 9), ageless(BEN, 3, 9))
    register(small, person(AMARA), person(CHIDI))
    small.night(NIGHT)
    assert small.names(NIGHT) == {"Amara"}
    document = small.document(NIGHT)
    assert (document["appointments"], document["children"]) == (2, 1)
    [extract] = [e for e in document["extracts"] if e["agency"] == "register"]
    assert (extract["records"], extract["accepted"], extract["unverified"]) == (2, 2, 0)


def test_who_leaves_the_register_keeps_the_birthday_and_loses_the_school(tmp_path: Path) -> None:
    later = NIGHT + timedelta(days=1)
    small = begun(tmp_path, delivers="snapshot, snapshot_covers: everything, withdrawn_limit_percent: 100")
    small.send("clinic", NIGHT, ageless(AMARA, 3, 9))
    register(small, person(AMARA, school="Marsh primary"), person(BEN), person(CHIDI))
    small.night(NIGHT)
    assert "School: Marsh primary" in small.row(AMARA, NIGHT)["who_to_contact"]
    register(small, person(BEN), person(CHIDI), dated=later)
    small.night(later)
    assert "School: Marsh primary" not in small.row(AMARA, later)["who_to_contact"]
    assert small.row(AMARA, later)["data_notes"].count("not met") == 0
    assert small.document(later)["findings"]["two-days"] == 1
    [extract] = [e for e in small.document(later)["extracts"] if e["file"] == f"register_{later}.csv"]
    assert (extract["withdrawn"], extract["alarm"]) == (0, False)
    assert extract["note"] == "1 of those held are not in it any more: over since the day before its date"


def test_what_is_recorded_is_counted_and_what_is_not_is_said(tmp_path: Path) -> None:
    """Of Ben the father was asked for and is not known; of Amara nobody has asked. "Not stated" is not recorded."""
    small = begun(tmp_path)
    small.send("clinic", NIGHT, missed(AMARA, 3, 9), missed(BEN, 3, 9), missed(CHIDI, 3, 9))
    register(
        small,
        person(AMARA, ethnicity="Not stated", mother="Ada Okoro"),
        person(BEN, ethnicity="C", language="Portuguese", mother="Rita Carvalho", father="unknown", asked="2026-09-01"),
        person(CHIDI, ethnicity="N", language="English", mother="Ngozi Nwosu", father="Emeka Nwosu"),
    )
    small.night(NIGHT)
    assert small.document(NIGHT)["recorded"] == {
        "ethnicity": {"recorded": 2, "not_recorded": 1},
        "language": {"recorded": 2, "not_recorded": 1},
        "mother": {"recorded": 3, "not_recorded": 0},
        "father": {"recorded": 1, "not_known": 1, "not_recorded": 1},
    }
    notes = {row["given_name"]: row["data_notes"] for row in small.listed(NIGHT)}
    assert "Not recorded by anybody: ethnicity, language and father." in notes["Amara"]
    assert "The father is not known; last asked on 1 September 2026 (School register)." in notes["Ben"]
    assert "recorded by anybody" not in notes["Ben"] + notes["Chidi"]


def test_what_nobody_could_have_recorded_of_a_child_is_not_said_to_be_missing(tmp_path: Path) -> None:
    """The register alone has columns for it, and does not hold Ben."""
    small = begun(tmp_path)
    small.send("clinic", NIGHT, missed(AMARA, 3, 9), missed(BEN, 3, 9))
    register(small, person(AMARA, mother="Ada Okoro"))
    small.night(NIGHT)
    assert "Not recorded by anybody" in small.row(AMARA, NIGHT)["data_notes"]
    assert "Not recorded by anybody" not in small.row(BEN, NIGHT)["data_notes"]
    assert small.document(NIGHT)["recorded"]["mother"] == {"recorded": 1, "not_recorded": 0}


def test_a_silent_register_is_told_of_whom_it_holds(tmp_path: Path) -> None:
    later = NIGHT + timedelta(days=12)
    small = begun(tmp_path)
    register(small, person(AMARA))
    small.night(NIGHT)
    small.send("clinic", later, missed(AMARA, 3, 9, night=later), missed(BEN, 3, 9, night=later))
    small.night(later)
    said = "School register has sent nothing since 12 November 2026: what it knows of this child now is not known."
    assert small.row(AMARA, later)["data_notes"].endswith(said)
    assert said not in small.row(BEN, later)["data_notes"]


def test_a_parents_name_is_told_to_who_looks_at_the_child_and_stands_on_no_list(tmp_path: Path) -> None:
    small = begun(tmp_path)
    small.send("clinic", NIGHT, missed(CHIDI, 3, 9))
    register(small, person(CHIDI, mother="Ngozi Nwosu", father="Emeka Nwosu"))
    small.night(NIGHT)
    told = explained(small.configuration, f"nhs:{CHIDI.number}", "A. Lead", at_noon(NIGHT)).words
    assert "Mother: Ngozi Nwosu (School register)." in told
    assert not any(b"Ngozi" in content or b"Emeka" in content for content in small.published(NIGHT).values())


def test_what_a_register_keeps_to_itself_is_told_to_nobody(tmp_path: Path) -> None:
    small = begun(tmp_path, sharing="own-agency-only")
    small.send("clinic", NIGHT, missed(CHIDI, 3, 9))
    register(small, person(CHIDI, mother="Ngozi Nwosu", school="Marsh primary", ethnicity="N"))
    small.night(NIGHT)
    told = explained(small.configuration, f"nhs:{CHIDI.number}", "A. Lead", at_noon(NIGHT)).words
    assert not any(word in told for word in ("Ngozi", "Marsh primary"))
    assert small.document(NIGHT)["recorded"] == {}
    assert "Marsh primary" not in small.row(CHIDI, NIGHT)["who_to_contact"]


def test_a_death_that_a_register_tells_is_heeded(tmp_path: Path) -> None:
    small = begun(tmp_path)
    small.send("clinic", NIGHT, missed(CHIDI, 3, 9))
    register(small, person(CHIDI, died="2026-11-10"))
    small.night(NIGHT)
    assert "death reported" in small.row(CHIDI, NIGHT)["marks"]
    assert small.row(CHIDI, NIGHT)["who_to_contact"] == ""


def test_somebody_of_whom_no_number_holds_is_on_the_data_quality_list(tmp_path: Path) -> None:
    small = begun(tmp_path)
    register(small, person(CHIDI, nhs="9990001003"), person(AMARA, nhs="", pupil="", born=""))
    small.night(NIGHT)
    rows = small.listed(NIGHT, "data-quality/register.csv")
    assert [(row["appointment_id"], row["what_resolves_it"]) for row in rows] == [
        ("", "send the NHS number; send the date of birth, whole"),
        ("P3", "trace the NHS number (its length or check digit is wrong, or it stands for unknown) and send it again"),
    ]


@pytest.mark.parametrize("word", ["Withheld", "N/K", "Unknown", "-", "n/a", "Not recorded"])
def test_what_stands_for_a_name_is_none(tmp_path: Path, word: str) -> None:
    """Of a parent it is "not recorded"; as a school or a home authority it stands nowhere."""
    small = begun(tmp_path)
    small.send("clinic", NIGHT, missed(CHIDI, 3, 9, lead=word))
    register(small, person(CHIDI, mother=word, father=word, school=word, practice=word, authority=word))
    small.night(NIGHT)
    recorded = small.document(NIGHT)["recorded"]
    assert (recorded["mother"]["recorded"], recorded["father"]["recorded"]) == (0, 0)
    row = small.row(CHIDI, NIGHT)
    assert "Not recorded by anybody: ethnicity, language, mother and father." in row["data_notes"]
    for label in ("School", "General practice", "Lead professional", "Home local authority"):
        assert f"{label}: " not in row["who_to_contact"]
    told = explained(small.configuration, f"nhs:{CHIDI.number}", "A. Lead", at_noon(NIGHT)).words
    assert "Mother: " not in told
    assert "Father: " not in told
