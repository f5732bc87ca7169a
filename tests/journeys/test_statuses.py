"""What other agencies know of a child, with its dates: as at when, told to whom, and what a rule makes of it."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import AMARA, BEN, CHIDI, NIGHT, Small, missed, seen
from tests.statuses import SNAPSHOT, SOCIAL, Told, held_by, tell
from wnb.errors import ConfigurationFaults
from wnb.explain import explained

RULES = """\
version: "1"
recall_days: 28
rules:
  - {id: two-days, title: Not brought on two days, pattern: repeated, at_least: 2, within_days: 60, step: review,
     list: partnership, in_force_from: 2026-01-01, source: a proposal}
  - {id: on-a-plan, title: Not brought while on a plan, pattern: repeated, at_least: 1, within_days: 28,
     only_if: [child-protection-plan, early-help-consent-withdrawn, disability], step: review, list: partnership,
     in_force_from: 2026-01-01, source: a proposal}
  - {id: section-47, title: Not brought during enquiries, pattern: repeated, at_least: 1, within_days: 28,
     only_if: [section-47], step: escalate, list: partnership, in_force_from: 2026-01-01, source: a proposal}
  - {id: own-two, title: Not brought twice here, pattern: repeated, at_least: 2, within_days: 60, step: engage,
     scope: agency, list: own-agency, in_force_from: 2026-01-01, source: a proposal}
"""
DOORS = """\
front_doors:
  - {local_authority: Lea, also_called: [E99000001], name: Lea front door, phone: 020 7946 0001,
     out_of_hours: 020 7946 0002}
  - {local_authority: Marsh, name: Marsh front door, phone: 020 7946 0003, out_of_hours: 020 7946 0004}
"""


def ago(days: int):  # type: ignore[no-untyped-def]
    return NIGHT - timedelta(days=days)


def begun(root: Path, *told: Told, sharing: str = "partnership", delivers: str = "delivers: changes") -> Small:
    """A clinic and a school, and children's services that tell this on the night."""
    small = Small.begin(root, rules=RULES)
    small.configure("casework.yaml", DOORS)
    held_by(small, sharing, delivers)
    tell(small, NIGHT, *told)
    return small


def notes(small: Small, child=AMARA, night=NIGHT) -> str:  # type: ignore[no-untyped-def]
    return small.row(child, night)["data_notes"]


def test_a_rule_sees_the_status_of_the_day_and_no_other(tmp_path: Path) -> None:
    """Ben's miss came before consent was withdrawn, Chidi's after his plan: Amara's alone falls on such a day."""
    small = begun(
        tmp_path,
        Told(AMARA, "EHCP", ago(30)),
        Told(BEN, "EHW", ago(3)),
        Told(CHIDI, "CPP", ago(90), ago(10)),
    )
    small.send("clinic", NIGHT, missed(AMARA, 5), missed(BEN, 5), missed(CHIDI, 5))
    small.night(NIGHT)
    assert small.names(NIGHT) == {"Amara"}
    assert "Known tonight: EHC plan, since 13 October 2026 (Children's services)." in notes(small)


def test_a_status_whose_agency_falls_silent_is_as_at_and_never_none(tmp_path: Path) -> None:
    """Twelve days later nothing was heard: the plan still counts, and the list says as at when; of Ben nobody knows."""
    later = NIGHT + timedelta(days=12)
    small = begun(tmp_path, Told(AMARA, "CPP", ago(30)), delivers=SNAPSHOT)
    small.night(NIGHT)
    small.send("clinic", later, missed(AMARA, 1, night=later), missed(BEN, 1, 2, night=later))
    small.night(later)
    row = small.row(AMARA, later)
    assert row["rules"] == "on-a-plan"
    said = "Known as at 12 November 2026, and not heard since: child protection plan, since 13 October 2026"
    assert said in row["data_notes"]
    assert "Known tonight" not in row["data_notes"]
    silence = (
        "Children's services has sent nothing since 12 November 2026: what it knows of this child now is not known."
    )
    assert silence in notes(small, BEN, later)
    told = explained(small.configuration, f"nhs:{AMARA.number}", "A. Lead", at_noon(later)).document
    assert any(said in each for each in told["known"])


def test_what_was_not_told_on_the_night_itself_is_as_at_and_never_tonight(tmp_path: Path) -> None:
    """Nobody is silent: the next extract is due tomorrow."""
    small = begun(
        tmp_path, Told(AMARA, "S47", ago(5)), Told(AMARA, "LP", ago(30), detail="J. Adeyemi"),
        Told(AMARA, "SC", ago(30), detail="only at school"),
    )  # fmt: skip
    next_night = NIGHT + timedelta(days=1)
    small.send("clinic", next_night, missed(AMARA, 3, 9, lead="D. Osei"))
    small.night(next_night)
    said = notes(small, AMARA, next_night)
    assert "Known as at 12 November 2026: section 47, since 7 November 2026 (Children's services)." in said
    assert "only at school (Children's services, as at 12 November 2026)." in said
    assert "tonight" not in said
    whom = small.row(AMARA, next_night)["who_to_contact"]
    assert "J. Adeyemi (Children's services, as at 12 November 2026); Lead professional: D. Osei (Marsh clinic)" in whom


def test_a_status_that_its_list_no_longer_names_and_whose_withdrawal_is_held_is_not_known_tonight(
    tmp_path: Path,
) -> None:
    """Half of the list is gone at once, which is more than the limit: nothing is withdrawn, and a person is to ask."""
    small = begun(
        tmp_path, Told(AMARA, "S47", ago(5)), Told(AMARA, "GP", ago(30), detail="The Lea practice"),
        Told(BEN, "CPP", ago(30)), Told(CHIDI, "CPP", ago(30)),
        delivers="delivers: snapshot, snapshot_covers: everything, withdrawn_limit_percent: 5",
    )  # fmt: skip
    small.night(NIGHT)
    next_night = NIGHT + timedelta(days=1)
    tell(small, next_night, Told(BEN, "CPP", ago(30)), Told(CHIDI, "CPP", ago(30)))
    small.send("clinic", next_night, missed(AMARA, 3, 9), missed(BEN, 3, 9))
    small.night(next_night)
    assert (
        "Told by Children's services: section 47, since 7 November 2026. No longer named in the extract of "
        "13 November 2026: a person is to ask, and until then take it to be so." in notes(small, AMARA, next_night)
    )
    assert "Known tonight: child protection plan" in notes(small, BEN, next_night)
    whom = small.row(AMARA, next_night)["who_to_contact"]
    assert "The Lea practice (Children's services, no longer named in the extract of 13 November 2026: ask)" in whom


def test_what_matters_for_safety_is_said_first_and_silence_last_and_once(tmp_path: Path) -> None:
    later = NIGHT + timedelta(days=12)
    small = begun(
        tmp_path, Told(AMARA, "EHCP", ago(400)), Told(AMARA, "AI", ago(300), detail="easy read"),
        Told(AMARA, "SC", ago(30), detail="only at school"), Told(AMARA, "DA", ago(20)), Told(AMARA, "S47", ago(5)),
    )  # fmt: skip
    small.send("school", NIGHT, missed(AMARA, 3))
    small.night(NIGHT)
    small.send("clinic", later, missed(AMARA, 3, 9, night=later))
    small.night(later)
    said = notes(small, AMARA, later)
    order = ["section 47", "domestic abuse", "make contact safely", "give information", "School nursing has sent"]
    assert sorted(order, key=said.index) == order
    assert said.count("School nursing") == 1
    assert said.count("Children's services has sent nothing") == 1
    assert said.endswith("has sent nothing since 12 November 2026: what happened there is not known.") or said.endswith(
        "what it knows of this child now is not known."
    )


def test_a_look_at_a_child_says_where_it_belongs_and_who_leads(tmp_path: Path) -> None:
    small = begun(
        tmp_path, Told(AMARA, "LA", ago(30), detail="Hackney"), Told(AMARA, "SCH", ago(30), detail="Marsh primary"),
        Told(AMARA, "GP", ago(30), detail="The Lea practice"), Told(AMARA, "LP", ago(30), detail="J. Adeyemi"),
    )  # fmt: skip
    small.night(NIGHT)
    told = explained(small.configuration, f"nhs:{AMARA.number}", "A. Lead", at_noon(NIGHT)).document["known"]
    assert told == [
        "Home local authority: Hackney (Children's services).", "School: Marsh primary (Children's services).",
        "General practice: The Lea practice (Children's services).",
        "Lead professional: J. Adeyemi (Children's services).",
    ]  # fmt: skip


def test_a_look_at_a_child_says_first_that_a_death_was_reported(tmp_path: Path) -> None:
    small = begun(tmp_path, Told(AMARA, "RIP", ago(2)), Told(AMARA, "GP", ago(30), detail="The Lea practice"))
    small.send("clinic", NIGHT, missed(AMARA, 3))
    small.night(NIGHT)
    later = NIGHT + timedelta(days=12)
    small.night(later)
    words = explained(small.configuration, f"nhs:{AMARA.number}", "A. Lead", at_noon(later)).words
    assert words.splitlines()[1] == (
        "Reported to have died (10 November 2026, told by Children's services, as at 12 November 2026, and not heard "
        "since). Confirm this today before anything else is done."
    )
    assert "The Lea practice" not in words


def test_a_code_that_says_that_it_is_over_ends_what_its_episode_began(tmp_path: Path) -> None:
    """`CL` on the second night: the miss before it falls on a day on the plan, that of the week after on none."""
    later = NIGHT + timedelta(days=8)
    small = begun(tmp_path, Told(AMARA, "CPP", ago(30), id="E1"), Told(BEN, "CPP", ago(30), id="E2"))
    small.night(NIGHT)
    tell(
        small, later, Told(AMARA, "CL", later - timedelta(days=2), id="E1"),
        Told(BEN, "CL", later - timedelta(days=6), id="E2"),
    )  # fmt: skip
    small.send("clinic", later, missed(AMARA, 3, night=later), missed(BEN, 3, night=later))
    small.night(later)
    assert small.names(later) == {"Amara"}
    assert "child protection plan" not in notes(small, AMARA, later)
    [extract] = [e for e in small.document(later)["extracts"] if e["file"] == f"social_{later}.csv"]
    assert (extract["outcome"], extract["accepted"]) == ("accepted", 2)


def test_whom_to_contact_and_how(tmp_path: Path) -> None:
    """Names, school, practice and the ways of contact that are safe; an earlier school that nobody ended is over."""
    small = begun(
        tmp_path,
        Told(AMARA, "SC", ago(30), detail="only by the school nurse"),
        Told(AMARA, "AI", ago(30), detail="easy read"),
        Told(AMARA, "LP", ago(30), detail="J. Adeyemi"),
        Told(AMARA, "GP", ago(30), detail="The Lea practice"),
        Told(AMARA, "SCH", ago(400), detail="Nursery on the hill", id="E8"),
        Told(AMARA, "SCH", ago(30), detail="Marsh primary", id="E9"),
    )
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    assert "How to make contact safely: only by the school nurse (Children's services)." in notes(small)
    assert "How to give information: easy read (Children's services)." in notes(small)
    whom = small.row(AMARA, NIGHT)["who_to_contact"]
    told = ("Lead professional: J. Adeyemi", "General practice: The Lea practice", "School: Marsh primary")
    assert "; ".join(f"{place} (Children's services)" for place in told) in whom
    assert "Nursery" not in whom


def test_an_agencys_own_list_is_told_to_take_care_and_never_why(tmp_path: Path) -> None:
    """The same words for a marker of domestic abuse and for an instruction; nothing of either, nor of the plan."""
    small = begun(
        tmp_path,
        Told(AMARA, "DA", ago(30), detail="by the stepfather"),
        Told(AMARA, "CPP", ago(30)),
        Told(BEN, "SC", ago(30), detail="only by the school nurse"),
    )
    small.send("clinic", NIGHT, missed(AMARA, 3, 9), missed(BEN, 3, 9), missed(CHIDI, 3, 9))
    small.night(NIGHT)
    own = {row["given_name"]: row for row in small.listed(NIGHT, "agencies/clinic.csv")}
    care = "Ask the safeguarding lead which way of making contact is safe"
    assert [care in own[name]["data_notes"] for name in ("Amara", "Ben", "Chidi")] == [True, True, False]
    assert own["Amara"]["data_notes"] == own["Ben"]["data_notes"]
    told = "".join(" ".join(row.values()) for row in own.values())
    assert not any(word in told for word in ("abuse", "stepfather", "nurse", "plan", "services"))
    assert "Known tonight: domestic abuse (by the stepfather), since 13 October 2026" in notes(small)


@pytest.mark.parametrize(
    ("sharing", "status", "detail"), [("fact-only", True, False), ("own-agency-only", False, False)]
)
def test_what_may_not_be_shared_is_not(tmp_path: Path, sharing: str, status: bool, detail: bool) -> None:
    small = begun(tmp_path, Told(AMARA, "CPP", ago(30), detail="neglect"), sharing=sharing)
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    assert ("child protection plan" in notes(small), "neglect" in notes(small)) == (status, detail)
    assert ("on-a-plan" in small.row(AMARA, NIGHT)["rules"]) == status


@pytest.mark.parametrize("sharing", ["partnership", "own-agency-only"])
def test_a_death_is_heeded_on_every_list_whoever_tells_it(tmp_path: Path, sharing: str) -> None:
    small = begun(tmp_path, Told(AMARA, "RIP", ago(2)), Told(AMARA, "DA", ago(30)), sharing=sharing)
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    for file in ("escalation-list.csv", "agencies/clinic.csv"):
        row = small.row(AMARA, NIGHT, file)
        by = ", told by Children's services" if sharing == "partnership" and file == "escalation-list.csv" else ""
        assert row["data_notes"].startswith(f"Reported to have died (10 November 2026{by}). Confirm this today")
        assert row["who_to_contact"] == ""
        assert "contact" not in row["data_notes"].casefold()
        assert "death reported" in row["marks"]


def test_a_sighting_after_a_death_was_told_raises_the_alarm(tmp_path: Path) -> None:
    small = begun(tmp_path, Told(AMARA, "RIP", ago(8)))
    small.send("clinic", NIGHT, missed(AMARA, 9, 20), seen(AMARA, 2))
    small.night(NIGHT)
    assert any("seen after a death was reported" in alarm for alarm in small.document(NIGHT)["alarms"])
    assert "the report is in doubt" in notes(small)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (("lea",), {"Lea: Lea front door"}),
        (("E99000001",), {"Lea: Lea front door"}),
        (("Lea", "Marsh"), {"Lea: Lea front door", "Marsh: Marsh front door"}),
        ((), {"Lea: Lea front door", "Marsh: Marsh front door", "Which of these"}),
        (("Elsewhere",), {"Home local authority: Elsewhere", "Lea: Lea front door", "Marsh: Marsh front door"}),
    ],
)
def test_the_home_authority_decides_the_front_door(tmp_path: Path, told: tuple[str, ...], expected: set[str]) -> None:
    """Whoever's appointment it was. Where nobody has told it, or its door is not configured, every door is named."""
    homes = [Told(AMARA, "LA", ago(30), detail=name, id=f"L{n}") for n, name in enumerate(told)]
    small = begun(tmp_path, Told(AMARA, "S47", ago(4)), *homes[:1])
    if homes[1:]:  # two agencies, each with its own word
        other = (
            (small.root / "config/agencies/social.yaml").read_text("utf-8").replace("agency: social", "agency: virtual")
        )
        small.configure("agencies/virtual.yaml", other.replace("Children's services", "Virtual school"))
        tell(small, NIGHT, *homes[1:])
        (small.root / "inbox/virtual").mkdir()
        (small.root / f"inbox/social/social_{NIGHT}.csv").rename(small.root / f"inbox/virtual/social_{NIGHT}.csv")
        tell(small, NIGHT, Told(AMARA, "S47", ago(4)), *homes[:1])
    small.send("clinic", NIGHT, missed(AMARA, 3))
    small.night(NIGHT)
    whom = small.row(AMARA, NIGHT)["who_to_contact"]
    every = {"Lea: Lea front door", "Marsh: Marsh front door", "Which of these", "Home local authority: Elsewhere"}
    assert {words for words in every if words in whom} == expected


def test_a_status_of_nobody_who_can_be_known_is_on_the_data_quality_list_with_what_resolves_it(tmp_path: Path) -> None:
    small = begun(tmp_path, Told(AMARA, "CPP", ago(30)))
    tell(small, NIGHT, Told(AMARA, "CPP", ago(30)), more=["E77,,9990001003,CPP,2026-10-01,,", "E78,,,CPP,2026-10-01,,"])
    small.send("clinic", NIGHT, missed(AMARA, 3))
    small.night(NIGHT)
    told = {row["appointment_id"]: row["what_resolves_it"] for row in small.listed(NIGHT, "data-quality/social.csv")}
    assert told == {
        "E77": "trace the NHS number (its length or check digit is wrong, or it stands for unknown) and send it again",
        "E78": "send the NHS number",
    }
    [extract] = [e for e in small.document(NIGHT)["extracts"] if e["agency"] == "social"]
    assert (extract["accepted"], extract["unverified"]) == (3, 2)


def test_an_end_before_the_beginning_is_set_aside(tmp_path: Path) -> None:
    small = begun(tmp_path, Told(AMARA, "CPP", ago(30), ago(31)), Told(BEN, "XYZ", ago(30)))
    small.night(NIGHT)
    aside = small.listed(NIGHT, "quarantine/social.csv")
    assert [(row["column"], row["reason"]) for row in aside] == [
        ("until", "last_day_before_first"),
        ("status", "unknown_status"),
    ]


# ---------------------------------------------------------------- a value that is not there


@pytest.mark.parametrize("detail", ["", "N/A", "n/k", "Withheld", " - ", "Unknown"])
def test_a_lead_professional_without_a_name_is_counted_and_said_and_never_a_name(tmp_path: Path, detail: str) -> None:
    small = begun(tmp_path, Told(AMARA, "LP", ago(30), detail=detail))
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    said = small.row(AMARA, NIGHT)["who_to_contact"]
    assert "Lead professional: name not told; ask Children's services" in said
    assert detail.strip() in ("", "-") or detail not in said
    [extract] = [each for each in small.document(NIGHT)["extracts"] if each["agency"] == "social"]
    assert (extract["accepted"], extract["outcome"]) == (1, "accepted_with_warnings")
    assert extract["reasons"]["detail_missing"] == 1


def test_a_home_authority_that_is_not_told_is_no_authority(tmp_path: Path) -> None:
    """Every front door is named, as where nobody has told it: "N/K" is no place with a number to look up."""
    small = begun(tmp_path, Told(AMARA, "LA", ago(30), detail="N/K"), Told(AMARA, "S47", ago(30)))
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    said = small.row(AMARA, NIGHT)["who_to_contact"]
    assert "N/K" not in said
    assert "Lea: Lea front door" in said
    assert "Marsh: Marsh front door" in said
    assert "and nobody has told it" in said


def test_an_instruction_on_contact_that_is_withheld_is_still_an_instruction(tmp_path: Path) -> None:
    small = begun(tmp_path, Told(AMARA, "SC", ago(30), detail="Withheld"))
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    assert "there is an instruction; ask Children's services before anybody writes" in notes(small)


# ---------------------------------------------------------------- need to know, for one status


def kept_closer(root: Path, sharing: str, *told: Told) -> Small:
    """Children's services share everything but a marker of domestic abuse and an instruction on contact."""
    small = begun(root, *told)
    text = SOCIAL.format(sharing="partnership", delivers="delivers: changes")
    kept = f"holds: statuses\nsharing_by_status: {{domestic-abuse: {sharing}, safe-contact: {sharing}}}\n"
    small.configure("agencies/social.yaml", text.replace("holds: statuses\n", kept))
    return small


def test_of_a_status_that_is_fact_only_the_fact_is_told_and_its_detail_stands_nowhere(tmp_path: Path) -> None:
    small = kept_closer(
        tmp_path,
        "fact-only",
        Told(AMARA, "DA", ago(40), detail="Ring the refuge worker"),
        Told(AMARA, "SC", ago(40), detail="Text Ada only"),
        Told(AMARA, "CPP", ago(30), detail="Neglect"),
    )
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    said = notes(small)
    assert "Known tonight: domestic abuse, since 3 October 2026 (Children's services)." in said
    assert "How to make contact safely: there is an instruction; ask Children's services before" in said
    assert "child protection plan (Neglect), since" in said
    told = explained(small.configuration, f"nhs:{AMARA.number}", "A. Lead", at_noon(NIGHT))
    everything = [told.words, str(told.document), *map(str, small.published(NIGHT).values())]
    assert not [each for each in everything if "refuge worker" in each or "Text Ada" in each]


def test_a_status_that_is_kept_to_itself_is_told_to_nobody_and_decides_nothing(tmp_path: Path) -> None:
    """A rule sees the plan, and not the marker beside it; an agency's own list is told nothing of it either."""
    small = kept_closer(tmp_path, "own-agency-only", Told(AMARA, "DA", ago(40)), Told(BEN, "CPP", ago(40)))
    small.configure("rules.yaml", RULES.replace("early-help-consent-withdrawn, disability", "domestic-abuse"))
    small.send("clinic", NIGHT, missed(AMARA, 3), missed(BEN, 3), missed(CHIDI, 3, 9))
    small.night(NIGHT)
    assert small.names(NIGHT) == {"Ben", "Chidi"}
    assert not [each for each in map(str, small.published(NIGHT).values()) if "domestic abuse" in each]


def test_a_status_is_never_told_wider_than_its_agencys_others(tmp_path: Path) -> None:
    small = begun(tmp_path)
    text = SOCIAL.format(sharing="own-agency-only", delivers="delivers: changes")
    small.configure("agencies/social.yaml", text + "sharing_by_status: {domestic-abuse: fact-only}\n")
    with pytest.raises(ConfigurationFaults, match=r"kept closer than its agency's others, never told wider"):
        small.night(NIGHT)
