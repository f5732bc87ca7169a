"""The month of the fixtures, night by night: each child with a story is on the lists that `fixtures/README.md` says.

The nights are run once, by the command, in a copy of the practice configuration; what came late is laid into the inbox
on its night. The lists are read as anybody would read them.
"""

import csv
import html
import io
import json
import re
import shutil
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tests.partnership import at_noon
from wnb.cli import app
from wnb.config import Configuration, load
from wnb.demo.fixtures import NIGHTS, known_as, nhs_numbers
from wnb.demo.stories import AT_THE_CARERS, AT_THE_REFUGE, CONFIDENTIAL, HER_BROTHERS_NUMBER, STORIES
from wnb.explain import explained
from wnb.linking import waiting_links
from wnb.store.children import child_id, key_of

ROOT = Path(__file__).parents[2]
ROW = re.compile(
    r"^\| `(?P<story>[a-z0-9-]+)` \| (?P<child>[^|]+) \| `(?P<number>\d{10})` "
    r"\| (?P<partnership>[^|]+) \| (?P<own>[^|]+) \|",
    re.MULTILINE,
)
FROM = re.compile(r"(?P<what>[a-z-]+) from (?P<night>\d{4}-\d\d-\d\d)")
OPENED_BY_A_SPREADSHEET = "\ufeff"

Row = dict[str, str]


@dataclass(frozen=True)
class Told:
    """A line of the README's table: step and first night on the partnership's list, first night on each own list."""

    number: str
    partnership: tuple[str, date] | None
    own: dict[str, date]


@cache
def readme() -> dict[str, Told]:
    found = {}
    for row in ROW.finditer((ROOT / "fixtures" / "README.md").read_text("utf-8")):
        listed = FROM.match(row["partnership"])
        step = (listed["what"], date.fromisoformat(listed["night"])) if listed else None
        own = {part["what"]: date.fromisoformat(part["night"]) for part in FROM.finditer(row["own"])}
        found[row["story"]] = Told(row["number"], step, own)
    return found


@dataclass(frozen=True)
class Night:
    """What one night published, its children known by their stories ("" for the others)."""

    exit_code: int
    document: dict[str, object]
    partnership: dict[str, Row]
    own: dict[str, dict[str, Row]]
    others: int  # children without a story on the partnership's list
    findings: dict[str, dict[str, dict[str, object]]]  # story -> rule -> row
    folder: Path

    def of(self, story: str) -> Row:
        return self.partnership[story]

    def extract_of(self, agency: str) -> dict[str, object]:
        [extract] = [
            told
            for told in self.document["extracts"]
            if told["agency"] == agency and told["outcome"] != "already_loaded"  # yesterday's file still lies there
        ]
        return extract


def read(path: Path) -> list[Row]:
    text = path.read_bytes().decode("utf-8") if path.is_file() else ""
    return list(csv.DictReader(io.StringIO(text.removeprefix(OPENED_BY_A_SPREADSHEET), newline="")))


def story_of(row: Row, names: dict[str, str]) -> str:
    keys = [row["nhs_number"].replace(" ", ""), *row["local_ids"].split("; ")]
    found = {names[key] for key in keys if key in names}
    assert len(found) < 2, "two children in one row"
    return found.pop() if found else ""


def read_night(folder: Path, code: int) -> Night:
    names = known_as()
    rows = read(folder / "escalation-list.csv")
    partnership = {story_of(row, names): row for row in rows if story_of(row, names)}
    own_rows = {path.stem: read(path) for path in sorted((folder / "agencies").glob("*.csv"))}
    own = {
        agency: {story_of(row, names): row for row in rows if story_of(row, names)} for agency, rows in own_rows.items()
    }
    ids = {row["child_id"]: story for listed in (partnership, *own.values()) for story, row in listed.items()}
    findings: dict[str, dict[str, dict[str, object]]] = {}
    for finding in pq.read_table(folder / "findings.parquet").to_pylist():
        findings.setdefault(ids.get(finding["child_id"], ""), {})[finding["rule_id"]] = finding
    document = json.loads((folder / "night.json").read_text("utf-8"))
    return Night(code, document, partnership, own, len(rows) - len(partnership), findings, folder)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> dict[date, Night]:
    """Every night of the fixtures, run in turn."""
    home = tmp_path_factory.mktemp("city-and-hackney")
    shutil.copytree(ROOT / "config", home / "config")
    shutil.copytree(ROOT / "fixtures" / "inbox", home / "fixtures" / "inbox")
    settings = home / "config" / "wnb.yaml"
    settings.write_text(settings.read_text("utf-8").replace("settle_seconds: 60", "settle_seconds: 0"), "utf-8")
    nights = {}
    for night in NIGHTS.all():
        late = ROOT / "fixtures" / "late" / night.isoformat()
        if late.is_dir():
            shutil.copytree(late, home / "fixtures" / "inbox", dirs_exist_ok=True)
        done = CliRunner().invoke(
            app, ["run", "--as-of", night.isoformat(), "--json", "--config", str(home / "config")]
        )
        assert done.exit_code in (0, 3, 4), f"{night}: exit {done.exit_code}\n{done.output}\n{done.exception!r}"
        assert json.loads(done.stdout)["night"] == night.isoformat()
        nights[night] = read_night(home / "var" / "lists" / night.isoformat(), done.exit_code)
    return nights


def on(month: int, day: int) -> date:
    return date(2026, month, day)


def test_every_story_is_told_in_the_readme() -> None:
    assert {story: told.number for story, told in readme().items()} == nhs_numbers()


@pytest.mark.parametrize("story", [story.id for story in STORIES])
def test_the_partnership_lists_the_child_from_the_night_on(story: str, month: dict[date, Night]) -> None:
    told = readme()[story].partnership
    expected = {night: told[0] for night in month if told and night >= told[1]}
    assert {night: seen.of(story)["step"] for night, seen in month.items() if story in seen.partnership} == expected


@pytest.mark.parametrize("story", [story.id for story in STORIES])
def test_each_agency_lists_its_own_from_the_night_on(story: str, month: dict[date, Night]) -> None:
    expected = {(night, agency) for agency, since in readme()[story].own.items() for night in month if night >= since}
    assert {
        (night, agency) for night, seen in month.items() for agency, rows in seen.own.items() if story in rows
    } == expected


def test_the_list_can_be_read_before_the_first_cup_of_tea(month: dict[date, Night]) -> None:
    last = month[NIGHTS.last]
    assert 8 <= len(last.partnership) + last.others <= 22
    assert last.others <= 4


def test_case_1_no_single_agency_could_see_the_pattern(month: dict[date, Night]) -> None:
    row = month[on(10, 28)].of("camhs-young-person")
    finding = month[on(10, 28)].findings["camhs-young-person"]["three-days-two-organisations-none-seen"]
    assert finding["count"] == 3
    assert [reference.split("/")[0] for reference in finding["evidence"]] == [
        "marsh-camhs",
        "school-nursing",
        "lea-bridge-outpatients",
    ]
    assert "Family team" not in row["why"]  # CAMHS shares that and when, not which team


def test_case_2_the_row_says_that_contact_may_not_be_safe(month: dict[date, Night]) -> None:
    night = month[on(11, 4)]
    assert "safe" in night.of("eviction-old-address")["what_next"]
    page = (night.folder / "escalation-list.html").read_text("utf-8")
    card = page[page.index("Carvalho</bdi></h3>") :].split("</article>")[0].lower()
    assert "domestic abuse" in card


def test_case_3_the_misses_stop_and_a_person_still_decides(month: dict[date, Night]) -> None:
    rule = "four-days-in-a-row"
    nights = [night for night, seen in month.items() if rule in seen.findings.get("reminder-calls", {})]
    assert (min(nights), max(nights)) == (on(10, 19), on(11, 12))
    assert month[on(11, 12)].findings["reminder-calls"][rule]["count"] == 4
    row = month[on(11, 15)].of("reminder-calls")
    assert row["last_seen_on"] == "2026-11-09"
    assert "passed" in row["why"]


def test_of_twins_one_is_never_taken_for_the_other(month: dict[date, Night]) -> None:
    row = month[on(11, 6)].of("twin-not-brought")
    assert (row["given_name"], row["not_brought_12_months"], row["last_seen_on"]) == ("Ayşe", "3", "")


def test_seventeen_to_the_last_day_and_an_adult_after_it(month: dict[date, Night]) -> None:
    story, rule = "eighteen-in-the-month", "three-days-two-organisations-none-seen"
    counts = {seen.findings[story][rule]["count"] for night, seen in month.items() if story in seen.partnership}
    assert counts == {3}
    row = month[on(11, 15)].of(story)
    assert (row["not_brought_12_months"], row["last_not_brought_on"]) == ("3", "2026-11-03")
    recoded = {row["outcome"] for row in read(month[on(11, 6)].folder / "recode" / "city-gp-practices.csv")}
    assert "was_not_brought" not in recoded


def recoded(month: dict[date, Night], agency: str) -> dict[str, str]:
    """The appointment ids of an agency -> what it was last advised to call them."""
    return {
        row["appointment_id"]: row["outcome"]
        for seen in month.values()
        for row in read(seen.folder / "recode" / f"{agency}.csv")
    }  # fmt: skip


def test_a_young_person_who_arranges_their_own_appointments_counts_all_the_same(month: dict[date, Night]) -> None:
    finding = month[on(11, 15)].findings["manages-own-appointments"]["two-in-a-row-in-one-service"]
    assert finding["count"] == 3
    called = recoded(month, "marsh-camhs")
    assert {called[reference.split("/")[1]] for reference in finding["evidence"]} == {"young_person_did_not_attend"}


def test_at_fifteen_nobody_arranges_their_own(month: dict[date, Night]) -> None:
    finding = month[on(11, 15)].findings["manages-own-appointments"]["two-in-a-row-in-one-service"]
    seventeen = {reference.split("/")[1] for reference in finding["evidence"]}
    young_people = {
        number for number, outcome in recoded(month, "marsh-camhs").items() if outcome == "young_person_did_not_attend"
    }
    assert seventeen <= young_people
    fifteen = f"C-{max(int(number[2:]) for number in seventeen) + 1:06d}"
    assert recoded(month, "marsh-camhs")[fifteen] == "was_not_brought"


def test_forty_appointments_and_three_misses_are_a_matter_for_the_clinic(month: dict[date, Night]) -> None:
    row = month[on(10, 29)].own["lea-bridge-outpatients"]["forty-appointments"]
    assert row["not_brought_12_months"] == "3"
    assert int(row["offered_12_months"]) >= 35
    assert "review, high volume" in row["marks"]
    assert "few of them missed: offered " in row["data_notes"]


def test_attending_once_takes_nothing_away(month: dict[date, Night]) -> None:
    story, rule = "attends-once-between", "five-cancelled-or-missed"
    assert month[on(10, 30)].findings[story][rule]["count"] == 5
    assert month[on(11, 15)].findings[story][rule]["count"] == 6


def test_a_reported_death_stops_every_word_about_contact_and_takes_nobody_off(month: dict[date, Night]) -> None:
    story = "death-reported-wrongly"
    before, reported, seen_again = (month[on(*day)].of(story) for day in ((10, 26), (10, 27), (11, 4)))
    assert "confirm" in reported["what_next"].lower()
    assert reported["what_next"] != before["what_next"]
    for word in ("speak with a parent", "offer help", "letter", "call the family"):
        assert word not in reported["what_next"].lower()
    assert seen_again["last_seen_on"] == "2026-11-03"
    assert month[on(11, 4)].document["alarms"]


def test_a_phone_call_was_no_sighting(month: dict[date, Night]) -> None:
    story, rule = "phone-call-as-attended", "three-days-two-organisations-none-seen"
    finding = month[on(11, 2)].findings[story][rule]
    assert (finding["count"], finding["first_met_on"], finding["late"]) == (3, on(10, 27), False)


def test_what_is_decided_today_is_due_today(month: dict[date, Night]) -> None:
    for story, night in (("section-47", on(11, 11)), ("critical-on-a-plan", on(11, 4))):
        row = month[night].of(story)
        assert (row["since"], row["due"]) == (night.isoformat(), night.isoformat())
        assert "one-miss-on-a-plan-or-looked-after" in row["rules"]


def test_a_closed_door_is_not_brought(month: dict[date, Night]) -> None:
    finding = month[on(11, 13)].findings["no-access"]["four-days-in-a-row"]
    assert (finding["count"], len(finding["evidence"])) == (4, 4)


def test_a_letter_about_a_miss_is_the_same_miss(month: dict[date, Night]) -> None:
    row = month[on(11, 15)].own["lea-bridge-outpatients"]["told-twice"]
    assert row["not_brought_12_months"] == "2"
    assert set(month[on(11, 15)].findings["told-twice"]) == {"two-in-a-row-in-one-service"}


def test_a_withdrawn_row_ends_the_rule_and_not_the_case(month: dict[date, Night]) -> None:
    story, rule = "row-withdrawn", "three-days-two-organisations-none-seen"
    nights = [night for night, seen in month.items() if rule in seen.findings.get(story, {})]
    assert (min(nights), max(nights)) == (on(10, 30), on(11, 5))
    assert "withdrew" in month[on(11, 6)].of(story)["why"]


def test_a_missed_slot_and_its_second_time_are_two(month: dict[date, Night]) -> None:
    finding = month[on(11, 4)].findings["rebooked-under-old-id"]["three-days-two-organisations-none-seen"]
    hospital = [reference for reference in finding["evidence"] if reference.startswith("lea-bridge-outpatients/")]
    assert finding["count"] == 3
    assert len(hospital) == 2
    assert len(set(hospital)) == 1


def test_the_number_that_came_later_joins_what_was_said_before_it(month: dict[date, Night]) -> None:
    before, after = month[on(11, 1)], month[on(11, 2)]
    story = "number-came-later"
    assert before.own["school-nursing"][story]["nhs_number"] == ""
    assert after.own["school-nursing"][story]["child_id"] == after.of(story)["child_id"]
    assert len(after.findings[story]["three-days-two-organisations-none-seen"]["evidence"]) == 3


def test_what_came_late_is_found_on_the_night_it_comes(month: dict[date, Night]) -> None:
    story, rule = "file-came-late", "three-days-two-organisations-none-seen"
    finding = month[on(11, 14)].findings[story][rule]
    assert (finding["late"], finding["count"], finding["first_met_on"]) == (True, 3, on(10, 13))
    assert rule not in month[on(11, 15)].findings.get(story, {})
    assert month[on(11, 14)].document["came_to_light_late"] >= 1


# ---------------------------------------------------------------- who is one child, and what may be told of whom


def configured(month: dict[date, Night]) -> Configuration:
    return load(month[NIGHTS.last].folder.parents[2] / "config")


def look(month: dict[date, Night], agency: str, story: str) -> dict[str, Any]:
    """What a lead reads of the child whom an agency knows by its own number."""
    [key] = [key for key, known in known_as().items() if known == story and key.startswith(f"{agency}/")]
    return explained(configured(month), key, "A. Lead", at_noon(NIGHTS.last)).document


def waits(month: dict[date, Night], kind: str) -> list[dict[str, Any]]:
    return [
        each
        for each in waiting_links(configured(month), "A. Lead", at_noon(NIGHTS.last)).document["waiting"]
        if each["kind"] == kind
    ]


def published(month: dict[date, Night]) -> dict[str, str]:
    """Every file of every night, by its place, as text."""
    return {
        path.relative_to(seen.folder.parent).as_posix(): as_text(path)
        for seen in month.values()
        for path in seen.folder.rglob("*")
        if path.is_file()
    }


def as_text(path: Path) -> str:
    if path.suffix == ".parquet":
        return str(pq.read_table(path).to_pylist())
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return html.unescape(" ".join(book.read(name).decode("utf-8", "replace") for name in book.namelist()))
    return html.unescape(path.read_text("utf-8"))


def pairs(month: dict[date, Night], story: str) -> list[tuple[list[str], str]]:
    """The likely pairs that wait and touch a story: whose records they are, and in which words."""
    secret = key_of(configured(month))
    ids = {child_id(secret, key if "/" in key else f"nhs:{key}"): known for key, known in known_as().items()}
    found = [([ids.get(child, "") for child in each["children"]], each["words"]) for each in waits(month, "likely")]
    return [(both, words) for both, words in found if story in both]


@pytest.mark.parametrize(
    ("story", "agency", "held", "agrees"),
    [
        ("sister-elder", "school-nursing", 1, "same given name, same surname, same date of birth"),
        ("school-without-numbers", "school-nursing", 2, "same given name, same surname, same date of birth"),
        (
            "changed-surname-no-number", "regents-therapies", 1,
            "same given name, another surname, same date of birth, same postcode",
        ),
    ],
)  # fmt: skip
def test_what_came_without_a_number_is_joined_by_nobody_and_waits_for_its_one_likely_child(
    story: str, agency: str, held: int, agrees: str, month: dict[date, Night]
) -> None:
    assert look(month, agency, story)["appointments_held"] == held
    assert look(month, "lea-bridge-outpatients", story)["appointments_held"] == 2
    assert pairs(month, story) == [([story, story], f"May be one child: {agrees}.")]
    for side in (agency, "lea-bridge-outpatients"):  # `wnb links` sends people to `wnb explain`
        assert any("May be one child" in words for words in look(month, side, story)["in_doubt"])


def test_nobody_is_asked_whether_sisters_are_one(month: dict[date, Night]) -> None:
    assert look(month, "lea-bridge-outpatients", "sister-younger")["appointments_held"] == 2
    assert pairs(month, "sister-younger") == []


def test_a_changed_surname_parts_nobody_whom_a_number_joins(month: dict[date, Night]) -> None:
    row = month[on(11, 5)].of("changed-surname")
    assert (row["family_name"], row["not_brought_12_months"]) == ("Fairbrother", "3")
    assert row["why_one_child"] == "The same NHS number at General practices and Lea Bridge Hospital outpatients."


def test_a_number_typed_for_his_sister_joins_neither_and_is_asked_about_each_night(month: dict[date, Night]) -> None:
    assert dict(HER_BROTHERS_NUMBER)["nhs_number"] == nhs_numbers()["number-lent"]
    named = {night for night, seen in month.items() if any("two people" in alarm for alarm in seen.document["alarms"])}
    assert named == {night for night in month if night >= on(10, 21)}
    [shared] = waits(month, "shared-number")
    assert len(shared["children"]) == 2
    brother, sister = (
        look(month, agency, story)
        for agency, story in (
            ("lea-bridge-outpatients", "number-lent"),
            ("city-gp-practices", "number-of-her-brother"),
        )
    )
    assert (brother["appointments_held"], sister["appointments_held"]) == (2, 1)
    for side in (brother, sister):
        assert any("stands on records of another person too" in words for words in side["in_doubt"])


def test_a_confidential_clinic_is_told_to_its_own_hospital_alone(month: dict[date, Night]) -> None:
    row = month[NIGHTS.last].of("confidential-clinic")
    assert (row["not_brought_12_months"], row["offered_12_months"]) == ("3", "3")
    [number] = [
        key.split("/")[1]
        for key, story in known_as().items()
        if story == "confidential-clinic" and key.startswith("lea-bridge-outpatients/")
    ]
    told = published(month)
    named = {place.split("/", 1)[1].split(".")[0] for place, text in told.items() if number in text}
    assert named == {"agencies/lea-bridge-outpatients"}
    assert not [place for place, text in told.items() if CONFIDENTIAL in text and "lea-bridge-outpatients" not in place]


def test_a_look_at_the_child_tells_nothing_of_the_confidential_clinic(month: dict[date, Night]) -> None:
    told = look(month, "city-gp-practices", "confidential-clinic")
    assert told["on"] == ["partnership"]
    assert "lea-bridge" not in json.dumps(told)


def test_a_look_by_a_number_that_was_lent_names_both_children(month: dict[date, Night]) -> None:
    told = explained(configured(month), f"nhs:{nhs_numbers()['number-lent']}", "A. Lead", at_noon(NIGHTS.last)).document
    assert told["schema"] == "wnb.number-in-doubt/1"
    assert len(told["children"]) == 2


def test_two_addresses_part_nobody(month: dict[date, Night]) -> None:
    story, rule = "looked-after-two-addresses", "one-miss-on-a-plan-or-looked-after"
    assert month[on(10, 23)].findings[story][rule]["count"] == 1
    assert month[on(11, 6)].findings[story][rule]["count"] == 2
    [carers] = dict(AT_THE_CARERS).values()
    inbox = month[NIGHTS.last].folder.parents[2] / "fixtures" / "inbox"
    number = nhs_numbers()[story]
    hospital = (inbox / "lea-bridge-outpatients" / "OP_2026-10-23.csv").read_text("utf-8")
    therapies = (inbox / "regents-therapies" / "children_06-11-2026.csv").read_text("utf-8-sig")
    assert carers in next(line for line in hospital.splitlines() if number[6:] in line and carers in line)
    assert carers not in next(line for line in therapies.splitlines() if number in line)


def test_the_address_of_a_refuge_stands_nowhere(month: dict[date, Night]) -> None:
    row = month[on(10, 29)].of("refuge")
    assert "The address is sealed" in row["data_notes"]
    assert row["what_next"].startswith("Before anybody writes, sends a text or rings")
    [postcode] = dict(AT_THE_REFUGE).values()
    told = published(month)
    assert len(told) > 28 * 10
    assert not [place for place, text in told.items() if postcode in text or postcode.replace(" ", "") in text]


def test_a_code_that_nobody_knows_is_set_aside_loudly(month: dict[date, Night]) -> None:
    night = month[on(10, 23)]
    extract = night.extract_of("lea-bridge-outpatients")
    assert (extract["quarantined"], extract["reasons"]["unknown_status"], extract["alarm"]) == (1, 1, True)
    assert night.exit_code == 3
    [row] = read(night.folder / "quarantine" / "lea-bridge-outpatients.csv")
    assert row["reason"] == "unknown_status"


def test_numbers_that_do_not_verify_are_counted_and_dropped_by_nobody(month: dict[date, Night]) -> None:
    extract = month[on(10, 19)].extract_of("lea-bridge-outpatients")
    assert (extract["reasons"]["nhs_check_digit"], extract["reasons"]["nhs_placeholder"]) == (1, 1)
    assert extract["quarantined"] == 0


def test_the_same_file_again_is_said_once(month: dict[date, Night]) -> None:
    again = [
        (night, told["outcome"])
        for night, seen in month.items()
        for told in seen.document["extracts"]
        if told["file"].endswith("again.csv")
    ]  # fmt: skip
    assert again == [(on(10, 31), "already_loaded")]


def test_a_silent_agency_is_unknown_and_never_fine(month: dict[date, Night]) -> None:
    silent = {night for night, seen in month.items() if "school-nursing" in seen.document["silent_agencies"]}
    assert (
        {on(11, 10) + timedelta(days=n) for n in range(6)}
        <= silent
        <= {on(11, 9) + timedelta(days=n) for n in range(7)}
    )
    assert month[on(11, 15)].exit_code == 4
    assert "School nursing" in month[on(11, 15)].of("section-47")["silent_agencies"]


def test_a_file_that_waits_for_its_night_is_no_fault(month: dict[date, Night]) -> None:
    assert month[on(10, 19)].exit_code == 0
    assert len(month[on(10, 19)].document["extracts"]) == 7


def test_every_record_of_every_file_is_accounted_for(month: dict[date, Night]) -> None:
    for seen in month.values():
        for told in seen.document["extracts"]:
            assert told["accepted"] + told["superseded"] + told["quarantined"] == told["records"], told["file"]
            assert told["outcome"] not in ("rejected", "deferred"), told["file"]
