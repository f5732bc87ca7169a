"""A clinic that never posts its letters: two hundred families are held for two working days, named, and then listed."""

import html
import json
import re
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from tests.partnership import at_noon
from tests.small import AMARA, BEN, CHIDI, NIGHT, Appointment, Child, Small, agency_yaml, missed
from wnb.errors import Exit
from wnb.explain import explained
from wnb.people import close
from wnb.rebuild import rebuilt
from wnb.standing import standing

FRIDAY, MONDAY = NIGHT + timedelta(days=1), NIGHT + timedelta(days=4)
EVERYBODY = 200
FAMILIES = [Child(100 + n, f"Given{n}", f"Family{n}") for n in range(EVERYBODY)]
ALSO_AT_SCHOOL = FAMILIES[0]
LETTERS = "Marsh clinic: 202 missed on Wednesday 11 November 2026, usually 1 on a Wednesday; 202 missed on Thursday"
SOCIAL = """\
agency: social
name: Children's services
kind: social-care
sharing: {sharing}
holds: statuses
extract: {{files: "*.csv", extract_date: "%Y-%m-%d", delivers: snapshot, snapshot_covers: everything}}
columns:
  child_local_id: local
  nhs_number: nhs
  status: status
  status_from: {{column: since, format: "%Y-%m-%d"}}
statuses: {{CIN: child-in-need}}
"""  # fmt: skip


def usual_weeks(service: str = "Speech", missed_a_day: int = 1) -> list[Appointment]:
    """Eight Wednesdays and Thursdays of twenty visits, of which some were missed, each time by other children."""
    days = [NIGHT - timedelta(days=7 * week + before) for week in range(1, 9) for before in (0, 1)]
    first = 1_000 * (1 + len(service))
    return [
        Appointment(
            Child(first + 20 * place + n, f"Was{place}", f"{service}{n}"), day, "N" if n < missed_a_day else "A",
            changed={"service": service},
        )
        for place, day in enumerate(days)
        for n in range(20)
    ]  # fmt: skip


def families(service: str) -> list[Appointment]:
    """Thirty children of one service, not brought on the Wednesday and the Thursday."""
    of = [Child(300 + 100 * len(service) + n, f"Given{n}", service[::-1]) for n in range(30)]
    return [a for child in of for a in missed(child, 0, 1, service=service)]


def known_to(sharing: str, child: Child, root: Small) -> None:
    """A status of the night itself: the appointments came before it."""
    root.configure("agencies/social.yaml", SOCIAL.format(sharing=sharing))
    rows = f"local,nhs,status,since\nS1,{child.number},CIN,{NIGHT}\n"
    root.send_bytes("social", f"social_{NIGHT}.csv", rows.encode())


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Thursday's night, on which everything is found; Friday's; and Monday's, by which every hold has lapsed."""
    small = Small.begin(tmp_path_factory.mktemp("letters"), ("clinic", "school"))
    known_to("partnership", AMARA, small)
    unposted = [*missed(AMARA, 0, 1), *missed(CHIDI, 0, 1), *(a for child in FAMILIES for a in missed(child, 0, 1))]
    small.send("clinic", NIGHT, usual_weeks(), unposted, missed(CHIDI, 20, 40))
    small.send("school", NIGHT, missed(BEN, 3, 9), missed(ALSO_AT_SCHOOL, 70))
    small.night(NIGHT)
    small.send("school", FRIDAY, missed(ALSO_AT_SCHOOL, 0, night=FRIDAY))
    held = {row["family_name"]: row["child_id"] for row in small.listed(NIGHT)}
    close(small.configuration, held[BEN.family], "needs-met", "A. Lead", "", "partnership", at_noon(NIGHT))
    small.night(FRIDAY)
    small.night(MONDAY)
    return small


def sheet(small: Small, night: date, file: str = "escalation-list.xlsx", name: str = "Held") -> list[dict[str, str]]:
    """The rows of one sheet of a night's workbook, by its header."""
    book = openpyxl.load_workbook(small.lists(night) / file)
    if name not in book.sheetnames:
        return []
    rows = [row for row in book[name].iter_rows(values_only=True) if sum(cell is not None for cell in row) > 2]
    return [dict(zip(map(str, rows[0]), map(str, row), strict=True)) for row in rows[1:]]


def page(small: Small, night: date) -> str:
    """What the partnership's page says, without its marks."""
    return " ".join(
        html.unescape(re.sub("<[^>]*>", " ", (small.lists(night) / "escalation-list.html").read_text())).split()
    )


def people(rows: list[dict[str, str]]) -> set[str]:
    """The names on a sheet."""
    return {row["Name"] for row in rows}


def named(*children: Child) -> set[str]:
    return {f"{child.given} {child.family}" for child in children}


def test_on_the_night_it_is_found_two_hundred_families_are_held_and_nobody_of_them_is_listed(lived: Small) -> None:
    assert people(sheet(lived, NIGHT)) == named(*FAMILIES)
    assert people(sheet(lived, NIGHT, "agencies/clinic.xlsx")) == named(*FAMILIES)
    assert {row["On the list by"][:10] for row in sheet(lived, NIGHT)} == {str(MONDAY)}
    assert lived.document(NIGHT)["held"] == EVERYBODY
    assert lived.document(NIGHT)["list"]["review"] == 3


def test_another_agencys_child_one_at_risk_and_one_with_enough_beside_it_are_listed_at_once(lived: Small) -> None:
    assert lived.names(NIGHT) == {BEN.given, AMARA.given, CHIDI.given}
    assert lived.names(NIGHT, "agencies/clinic.csv") == {AMARA.given, CHIDI.given}


def test_the_spike_is_said_once_at_the_top_with_how_many_and_until_when(lived: Small) -> None:
    said = [page(lived, NIGHT), (lived.lists(NIGHT) / "READ-ME-FIRST.txt").read_text("utf-8")]
    for words in said:
        assert LETTERS in words
        assert words.count("200 children are held for it, until 16 November 2026 at the latest") == 1
    assert [alarm for alarm in lived.document(NIGHT)["alarms"] if alarm.startswith(LETTERS)]


def test_a_guard_changes_no_finding_and_no_count(lived: Small) -> None:
    assert lived.document(NIGHT)["findings"] == {"two-days": EVERYBODY + 3, "own-two": EVERYBODY + 3}
    assert len(lived.findings(NIGHT)) == 2 * (EVERYBODY + 3)


def test_the_next_night_a_miss_elsewhere_lets_a_held_child_in_at_once(lived: Small) -> None:
    assert people(sheet(lived, FRIDAY)) == named(*FAMILIES) - named(ALSO_AT_SCHOOL)
    assert lived.names(FRIDAY) == {AMARA.given, CHIDI.given, ALSO_AT_SCHOOL.given}
    row = lived.row(ALSO_AT_SCHOOL, FRIDAY)
    assert (row["since"], row["due"]) == (str(FRIDAY), str(MONDAY))


def test_on_the_second_working_day_everybody_is_on_the_list_and_the_row_says_what_it_rests_on(lived: Small) -> None:
    assert sheet(lived, MONDAY) == []
    assert lived.document(MONDAY)["held"] == 0
    assert {child.given for child in FAMILIES} <= lived.names(MONDAY)
    assert {child.given for child in FAMILIES} <= lived.names(MONDAY, "agencies/clinic.csv")
    row = lived.row(FAMILIES[7], MONDAY)
    assert row["since"] == str(MONDAY)
    assert f"All of it rests on one clinic whose misses jumped. {LETTERS}" in row["data_notes"]


def test_the_nights_are_made_again_byte_for_byte(lived: Small, tmp_path: Path) -> None:
    told = rebuilt(lived.configuration, MONDAY, tmp_path / "again", at_noon(MONDAY), lambda words: None)
    assert told.exit is Exit.DONE


@pytest.fixture(scope="module")
def partly_shared(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A clinic that keeps one service to itself and of another tells only that and when; both forget their letters.

    On Friday the second takes its records back.
    """
    small = Small.begin(tmp_path_factory.mktemp("shared"), ("clinic",))
    kept = "sharing_by_service: {Quiet: own-agency-only, Eyes: fact-only}\n"
    small.configure("agencies/clinic.yaml", agency_yaml("clinic") + kept)
    unposted = {service: families(service) for service in ("Eyes", "Quiet")}
    small.send(
        "clinic", NIGHT, usual_weeks("Speech", 12), *(usual_weeks(name, 1) for name in unposted), *unposted.values()
    )
    small.night(NIGHT)
    taken_back = [Appointment(a.child, a.day, "X", changed=a.changed) for a in unposted["Eyes"]]
    small.send("clinic", FRIDAY, taken_back)
    small.night(FRIDAY)
    return small


def test_what_an_agency_keeps_to_itself_is_held_on_its_own_list_and_nowhere_else(partly_shared: Small) -> None:
    assert partly_shared.document(NIGHT)["agency_lists"] == {"clinic": 0}
    held, own = sheet(partly_shared, NIGHT), sheet(partly_shared, NIGHT, "agencies/clinic.xlsx")
    assert (len(held), len(own)) == (30, 60)
    told = page(partly_shared, NIGHT) + json.dumps(partly_shared.document(NIGHT)["alarms"])
    assert "Quiet" not in told
    assert "60 children" not in page(partly_shared, NIGHT)


def test_a_service_of_which_only_the_fact_may_be_known_is_not_named_to_others(partly_shared: Small) -> None:
    assert "Marsh clinic, one of its services: 30 missed on Wednesday" in page(partly_shared, NIGHT)
    assert "Eyes" not in page(partly_shared, NIGHT)
    book = openpyxl.load_workbook(partly_shared.lists(NIGHT) / "agencies/clinic.xlsx")
    top = " ".join(str(cell) for row in book["Tonight"].iter_rows(values_only=True) for cell in row)
    assert "Marsh clinic, Eyes: 30 missed on Wednesday" in top
    assert "Marsh clinic, kept to itself: 30 missed on Wednesday" in top


def test_records_taken_back_meanwhile_hide_nobody(partly_shared: Small) -> None:
    assert len(sheet(partly_shared, FRIDAY)) == 30
    assert "Marsh clinic: what was told at first is told no longer. 30 children are held" in page(partly_shared, FRIDAY)
    partly_shared.night(MONDAY)
    listed = partly_shared.listed(MONDAY)
    assert len(listed) == 30
    assert {row["marks"] for row in listed} == {"new tonight; no rule met tonight"}


def test_whoever_asks_on_such_a_day_is_told_of_the_hold(tmp_path: Path) -> None:
    small = Small.begin(tmp_path, ("clinic",))
    small.send("clinic", NIGHT, usual_weeks(), families("Speech"))
    small.night(NIGHT)
    child_id = sheet(small, NIGHT)[0]["Child id"]
    words = explained(small.configuration, child_id, "A. Lead", at_noon(NIGHT)).words
    assert "held by a guard, and on the partnership's list by the night of 2026-11-16" in words
    stood = standing(small.configuration, at_noon(NIGHT))
    assert {desk["desk"]: desk["held"] for desk in stood.document["waiting"]} == {"clinic": 30, "partnership": 30}
    assert "nobody, held by a guard 30; overdue 0" in stood.words
