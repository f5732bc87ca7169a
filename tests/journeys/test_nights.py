"""Nights as a partnership lives them: nobody leaves a list without a word, nobody is told what is not theirs."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import (
    AMARA,
    BEN,
    CHIDI,
    DARA,
    NIGHT,
    RULES,
    Appointment,
    Child,
    Small,
    agency_yaml,
    missed,
    one_night_done,
    seen,
)
from wnb.cases import PARTNERSHIP
from wnb.errors import LockHeld, SafetyStop, UsageFault
from wnb.escalate import Exit
from wnb.explain import chronology_of, explained
from wnb.nightly import locked, opened
from wnb.people import close
from wnb.rebuild import restore_missing
from wnb.terms import ExitReason

PROJECT = Path(__file__).parents[2]


def after(days: int) -> date:
    return NIGHT + timedelta(days=days)


def closed(small: Small, child: Child, night: date, reason: str = "needs-met", desk: str | None = None) -> str:
    """A person closes the child's case on the day after a night."""
    child_id = small.row(child, night)["child_id"]
    close(small.configuration, child_id, reason, "A. Lead", "talked it over", desk, at_noon(night))
    return child_id


def exits(small: Small, night: date, desk: str = PARTNERSHIP) -> list[tuple[str, ExitReason]]:
    with opened(small.configuration, at_noon(night)) as casebook:
        return [(gone.child_id, gone.reason) for gone in casebook.exits(night) if gone.desk == desk]


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small.begin(tmp_path)


# ---------------------------------------------------------------- a finished night


@pytest.fixture(scope="module")
def done_once(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return one_night_done(tmp_path_factory.mktemp("done"))


@pytest.fixture
def done(done_once: Small, tmp_path: Path) -> Small:
    shutil.copytree(done_once.root, tmp_path / "done")
    return Small(tmp_path / "done")


def bytes_of(small: Small, night: date) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(small.lists(night).rglob("*")) if path.is_file()}


def test_a_finished_night_is_given_again_and_never_rewritten(done: Small) -> None:
    published = bytes_of(done, NIGHT)
    done.send("clinic", NIGHT, missed(DARA, 1, 2, 3), name=f"came_later_{NIGHT}.csv")
    again = done.night(NIGHT)
    assert not again.fresh
    assert again.document.encode() == published["night.json"]
    assert bytes_of(done, NIGHT) == published


@pytest.mark.parametrize("file", ["escalation-list.csv", "night.json", "agencies/clinic.csv"])
def test_a_published_file_that_was_changed_is_told(done: Small, file: str) -> None:
    (done.lists(NIGHT) / file).write_bytes((done.lists(NIGHT) / file).read_bytes() + b" ")
    with pytest.raises(SafetyStop, match=re.escape(file)):
        done.night(NIGHT)


def test_a_published_file_that_is_gone_is_told(done: Small) -> None:
    (done.lists(NIGHT) / "escalation-list.html").unlink()
    with pytest.raises(SafetyStop, match=r"escalation-list\.html"):
        done.night(NIGHT)


def test_a_folder_that_was_removed_is_made_again_to_the_same_bytes(done: Small) -> None:
    done.send("clinic", after(1), missed(DARA, 1, 2))
    done.night(after(1))
    published = bytes_of(done, NIGHT)
    shutil.rmtree(done.lists(NIGHT))
    said: list[str] = []
    restore_missing(done.configuration, at_noon(after(1)), said.append)
    assert bytes_of(done, NIGHT) == published
    assert said == [f"Gone, and made again: {NIGHT}"]
    assert not (done.root / "data" / ".made-again").exists()


def test_facts_that_are_gone_are_made_again_from_the_vault(done: Small) -> None:
    shutil.rmtree(done.root / "data" / "lake")
    with pytest.raises(SafetyStop, match="every child it tells of would vanish"):
        done.night(after(1))
    restore_missing(done.configuration, at_noon(after(1)), lambda words: None)
    done.night(after(1))
    assert done.names(after(1)) == {"Amara", "Ben"}


def test_facts_that_were_changed_are_never_read(done: Small) -> None:
    [held] = (done.root / "data" / "lake").glob("*/facts-clinic.parquet")
    content = bytearray(held.read_bytes())
    content[len(content) // 2] ^= 1
    held.write_bytes(content)
    with pytest.raises(SafetyStop, match=r"facts-clinic\.parquet"):
        done.night(after(1))


def test_what_cannot_be_made_again_is_said_and_keeps_nobody_waiting(done: Small) -> None:
    """As after an upgrade that draws the page otherwise: an old night that is gone never stops tonight's."""
    shutil.rmtree(done.lists(NIGHT))
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wnb.publishing.escalation_html", lambda page: b"drawn otherwise")
        restore_missing(done.configuration, at_noon(after(1)), said.append)
        assert "cannot be made again" in said[-1]
        assert not done.lists(NIGHT).exists()
        done.night(after(1))
    assert done.names(after(1)) == {"Amara", "Ben"}


def test_nights_go_forward(done: Small) -> None:
    with pytest.raises(UsageFault, match="nights go forward"):
        done.night(after(-1))


def test_one_run_at_a_time(done: Small) -> None:
    with locked(done.configuration), pytest.raises(LockHeld, match="another run is at work"):
        done.night(after(1))


# ---------------------------------------------------------------- nobody vanishes


def test_a_month_with_closings_balances_on_every_desk_every_night(small: Small) -> None:
    """list(t-1) - list(t) == exits(t), read from what was published, whoever closed whichever case."""
    children = [Child(20 + place, f"Child{place}", "Of-the-month") for place in range(7)]
    before: dict[str, set[str]] = {}
    gone: Counter[str] = Counter()
    for step, child in enumerate(children):
        night = after(4 * step)
        small.send("clinic", night, missed(child, 3, 6, night=night), seen(children[0], 1, night=night))
        small.send("school", night, missed(child, 9, night=night))
        small.night(night)
        for desk, file in {PARTNERSHIP: "escalation-list.csv", "clinic": "agencies/clinic.csv"}.items():
            listed = {row["child_id"] for row in small.listed(night, file)}
            left = exits(small, night, desk)
            assert before.get(desk, set()) - listed == {child_id for child_id, _ in left}
            assert len(left) == len(set(left))
            gone[desk] += len(left)
            before[desk] = listed
            if step % 2 or desk == PARTNERSHIP:
                close(small.configuration, min(listed), "needs-met", "A. Lead", "", desk, at_noon(night))
        assert small.document(night)["exits"]["closed"] == len(exits(small, night))
    assert gone == {PARTNERSHIP: 6, "clinic": 3}


def test_a_count_that_does_not_balance_publishes_nothing(small: Small) -> None:
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wnb.escalate._exits", lambda *given: (Exit(PARTNERSHIP, "c-nobody", ExitReason.CLOSED, False),))
        with pytest.raises(SafetyStop, match="does not balance"):
            small.night(after(1))
    assert small.names(NIGHT) == {"Amara"}
    assert not small.lists(after(1)).exists()


@pytest.mark.parametrize(
    ("then", "why"),
    [
        pytest.param([Appointment(AMARA, after(-3), "A")], "corrected", id="the agency corrects a miss"),
        pytest.param([Appointment(AMARA, after(-3), "X")], "corrected", id="the agency says it was an error"),
    ],
)
def test_a_child_whose_record_was_corrected_stays_and_the_row_says_why(
    small: Small, then: list[Appointment], why: str
) -> None:
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    small.send("clinic", after(1), then)
    small.night(after(1))
    assert why in small.row(AMARA, after(1))["why"]
    assert exits(small, after(1)) == []


def test_a_child_whose_appointments_were_withdrawn_stays_and_the_row_says_why(small: Small) -> None:
    covers = ", snapshot_covers: everything, withdrawn_limit_percent: 100, largest_drop_percent: 100"
    small.configure("agencies/clinic.yaml", agency_yaml("clinic", delivers="snapshot", more=covers))
    small.send("clinic", NIGHT, missed(AMARA, 3, 9), seen(BEN, 2))
    small.night(NIGHT)
    small.send("clinic", after(1), seen(BEN, 2))
    small.night(after(1))
    row = small.row(AMARA, after(1))
    assert "an agency withdrew an appointment" in row["why"]
    assert "Withdrawn by the agency" in row["data_notes"]
    assert exits(small, after(1)) == []


def test_a_child_whose_file_no_longer_comes_stays(small: Small) -> None:
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    small.night(after(60))
    assert "passed" in small.row(AMARA, after(60))["why"]
    assert small.document(after(60))["silent_agencies"] == ["clinic", "school"]


def test_an_agency_whose_configuration_is_gone_stops_the_night(small: Small) -> None:
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    (small.root / "config" / "agencies" / "clinic.yaml").unlink()
    with pytest.raises(Exception, match="its file is gone"):
        small.night(after(1))


def test_two_children_who_prove_to_be_one_are_listed_once_under_the_older_id(small: Small) -> None:
    """The clinic knows Ben by its own number only; then it sends his NHS number."""
    nameless = {"nhs": ""}
    small.send("school", NIGHT, missed(BEN, 3, 9))
    small.night(NIGHT)
    older = small.row(BEN, NIGHT)["child_id"]
    small.send("clinic", after(1), missed(BEN, 4, 8, night=after(1), **nameless))
    small.night(after(1))
    [younger] = {row["child_id"] for row in small.listed(after(1))} - {older}
    small.send("clinic", after(2), seen(BEN, 0, night=after(2)))
    small.night(after(2))
    assert [row["child_id"] for row in small.listed(after(2))] == [older]
    assert exits(small, after(2)) == [(younger, ExitReason.MERGED)]
    assert small.document(after(2))["exits"]["merged"] == 1
    small.night(after(3))
    assert [row["child_id"] for row in small.listed(after(3))] == [older]


def test_a_child_who_is_eighteen_stays_until_a_person_hands_over(small: Small) -> None:
    nearly = replace(AMARA, born=date(2008, 11, 13))
    small.send("clinic", NIGHT, missed(nearly, 3, 9))
    small.night(NIGHT)
    small.night(after(1))
    assert "Is 18 or over tonight" in small.row(nearly, after(1))["data_notes"]
    child_id = closed(small, nearly, after(1), "handed-over-at-18")
    small.night(after(2))
    assert exits(small, after(2)) == [(child_id, ExitReason.HANDED_OVER_AT_18)]
    assert small.document(after(2))["exits"]["handed-over-at-18"] == 1


# ---------------------------------------------------------------- words to and about a family


def died(child: Child, day: date, **changed: str) -> list[Appointment]:
    return [Appointment(child, day, "D", id=f"D{child.place}", changed=changed)]


CONTACT = re.compile(r"Speak with a parent|Ask what made it hard|offer help|try at least two ways", re.IGNORECASE)


def everywhere(small: Small, child: Child, night: date, file: str = "escalation-list.csv") -> str:
    """All that is said of a child in a row."""
    row = small.row(child, night, file)
    return " ".join(row[name] for name in ("what_next", "who_to_contact", "why", "data_notes", "marks"))


@pytest.mark.parametrize("teller", ["clinic", "school"])
def test_a_reported_death_removes_all_wording_about_contact_at_once_on_every_desk(small: Small, teller: str) -> None:
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    assert CONTACT.search(everywhere(small, AMARA, NIGHT, "agencies/clinic.csv"))
    small.send(teller, after(3), died(AMARA, NIGHT))
    small.night(after(3))
    for file in ("escalation-list.csv", "agencies/clinic.csv"):
        said = everywhere(small, AMARA, after(3), file)
        assert not CONTACT.search(said), file
        assert "died" in said, file
        assert small.row(AMARA, after(3), file)["due"] == str(after(3))


def test_a_death_told_by_an_agency_that_keeps_to_itself_is_heeded_and_not_said_whose_word_it_is(tmp_path: Path) -> None:
    small = Small.begin(tmp_path, ["clinic", "refuge"])
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.send("refuge", NIGHT, died(AMARA, after(-1)))
    small.night(NIGHT)
    said = everywhere(small, AMARA, NIGHT)
    assert "death reported" in said
    assert "Reported to have died" in said
    assert not CONTACT.search(said)
    assert "refuge" not in said.lower()
    assert "quiet" not in said


def test_a_sighting_after_a_reported_death_puts_the_child_back_and_raises_an_alarm(small: Small) -> None:
    small.send("clinic", NIGHT, missed(AMARA, 3, 9), died(AMARA, after(-2)))
    small.night(NIGHT)
    assert small.document(NIGHT)["alarms"] == []
    small.send("school", after(1), seen(AMARA, 1, night=after(1)))
    small.night(after(1))
    row = small.row(AMARA, after(1))
    assert "in doubt" in row["data_notes"]
    assert "died" not in row["what_next"]
    [alarm] = small.document(after(1))["alarms"]
    assert row["child_id"] in alarm
    assert "seen after a death was reported" in alarm
    assert AMARA.given not in alarm


def test_nobody_is_said_to_have_failed_or_to_be_neglected(done: Small) -> None:
    for name, content in done.published(NIGHT).items():
        if name.endswith((".csv", ".html", ".json", ".txt")):
            said = content.decode("utf-8-sig").lower()
            assert not re.search(r"failed to attend|non-compliant|disengaged|\bneglected\b|\bdna\b", said), name


# ---------------------------------------------------------------- who is told what


@pytest.fixture(scope="module")
def sharing(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """The refuge keeps to itself; so does the clinic's young people's service; the school tells the fact only."""
    small = Small.begin(tmp_path_factory.mktemp("sharing"), ["clinic", "school", "refuge"])
    by_service = "sharing_by_service: {Young: own-agency-only}\n"
    small.configure("agencies/clinic.yaml", agency_yaml("clinic") + by_service)
    small.configure("agencies/school.yaml", agency_yaml("school", sharing="fact-only"))
    anywhere = (
        "  - {id: own-anywhere, title: Not brought three times, pattern: repeated, at_least: 3, within_days: 60,\n"
        "     step: engage, list: own-agency, in_force_from: 2026-01-01, source: a proposal}\n"
    )
    in_service = (
        "  - {id: in-service, title: Not brought in one service, pattern: repeated, at_least: 1, within_days: 60,\n"
        "     step: review, scope: service, list: partnership, in_force_from: 2026-01-01, source: a proposal}\n"
    )
    small.configure("rules.yaml", RULES + anywhere + in_service)
    small.send("clinic", NIGHT, missed(AMARA, 3, 9), missed(AMARA, 5, service="Young", lead="Dr Young"))
    hidden = {"postcode": "QQ1 1QQ"}
    small.send("school", NIGHT, missed(AMARA, 4, service="Bladder", lead="Nurse Bladder"))
    small.send("refuge", NIGHT, missed(AMARA, 2, 6, 7, local="HIDDEN", **hidden), missed(DARA, 2, 3, **hidden))
    small.night(NIGHT)
    return small


def partnership_files(small: Small) -> Iterator[tuple[str, str]]:
    import openpyxl

    for name, content in small.published(NIGHT).items():
        if name.startswith("escalation-list") and not name.endswith(".xlsx"):
            yield name, content.decode("utf-8-sig")
    book = openpyxl.load_workbook(small.lists(NIGHT) / "escalation-list.xlsx")
    yield "escalation-list.xlsx", "\n".join(str(c.value) for sheet in book for row in sheet.rows for c in row)


def test_what_an_agency_or_a_service_keeps_to_itself_is_nowhere_on_the_partnerships_list(sharing: Small) -> None:
    for name, said in partnership_files(sharing):
        assert "HIDDEN" not in said, name
        assert "QQ1 1QQ" not in said, name
        assert not re.search(r"refuge/|R1-|R4-", said), name
        assert not re.search(r"C1-1107", said), name  # the young people's service, five days before
        assert "Dr Young" not in said, name
    row = sharing.row(AMARA, NIGHT)
    assert row["agencies"] == "Marsh clinic; School nursing"
    assert row["local_ids"] == "clinic/L001; school/L001"
    assert row["not_brought_12_months"] == "3"


def test_a_child_known_to_nobody_else_is_not_on_the_partnerships_list(sharing: Small) -> None:
    assert sharing.names(NIGHT) == {"Amara"}
    assert sharing.names(NIGHT, "agencies/refuge.csv") == {"Amara", "Dara"}


def test_the_partnerships_findings_rest_on_nothing_that_is_kept(sharing: Small) -> None:
    for finding in sharing.findings(NIGHT):
        if finding["list"] == "partnership":
            assert not [ref for ref in finding["evidence"] if ref.startswith("refuge/") or ref == "clinic/C1-1107"]


def test_of_a_fact_only_agency_neither_service_nor_code_nor_who_leads_is_shown(sharing: Small) -> None:
    for name, said in partnership_files(sharing):
        assert "Bladder" not in said, name


def test_an_agencys_own_list_holds_its_own_appointments_also_of_a_rule_that_looks_anywhere(sharing: Small) -> None:
    for agency in ("clinic", "school", "refuge"):
        row = sharing.row(AMARA, NIGHT, f"agencies/{agency}.csv")
        assert row["local_ids"].startswith(f"{agency}/")
        assert ";" not in row["local_ids"]
        assert (
            row["agencies"]
            == {"clinic": "Marsh clinic", "school": "School nursing", "refuge": "The quiet service"}[agency]
        )
    assert sharing.row(AMARA, NIGHT, "agencies/school.csv")["not_brought_12_months"] == "1"
    assert "1 of this agency's own appointments" in sharing.row(AMARA, NIGHT, "agencies/school.csv")["why"]


def test_neither_explanation_nor_chronology_tells_what_is_kept(sharing: Small) -> None:
    clock = at_noon(NIGHT)
    for told in (
        explained(sharing.configuration, "clinic/L001", "A. Lead", clock),
        chronology_of(sharing.configuration, "clinic/L001", "A. Lead", clock),
    ):
        for said in (told.words, json.dumps(told.document, default=str)):
            assert not re.search(r"refuge|quiet service|HIDDEN|C1-1107|Bladder|Young", said)


# ---------------------------------------------------------------- same in, same out


WORLDS = {
    "utc": {"TZ": "UTC", "PYTHONHASHSEED": "1", "LC_ALL": "C", "NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    "kiritimati": {
        "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "77", "LC_ALL": "C.UTF-8", "LANG": "tr_TR.UTF-8",
        "NUMBA_NUM_THREADS": "2", "OMP_NUM_THREADS": "2",
    },
}  # fmt: skip


def two_nights(root: Path, backwards: bool = False) -> Small:
    small = Small.begin(root)
    sends = [
        ("clinic", NIGHT, [*missed(AMARA, 3, 9), *missed(BEN, 2), *seen(CHIDI, 4)], "a"),
        ("clinic", NIGHT, [*missed(DARA, 1, 2), *seen(AMARA, 30)], "b"),
        ("school", NIGHT, [*missed(BEN, 20), *missed(CHIDI, 3)], "a"),
        ("clinic", after(1), [Appointment(AMARA, after(-3), "A"), *missed(CHIDI, 1)], "a"),
    ]
    for agency, dated, rows, mark in reversed(sends) if backwards else sends:
        name = f"{'zyx'['ab'.index(mark)] if backwards else mark}_{dated}.csv"
        path = small.send(agency, dated, rows, name=name)
        os.utime(path, (1_000_000, 1_000_000 if backwards else 0))
    return small


@pytest.mark.parametrize("world", [pytest.param("utc", marks=pytest.mark.long), "kiritimati"])
def test_the_same_deliveries_give_the_same_bytes_in_another_world(world: str, tmp_path: Path) -> None:
    here, there = two_nights(tmp_path / "here"), two_nights(tmp_path / "there")
    for night in (NIGHT, after(1)):
        here.night(night)
        subprocess.run(
            [sys.executable, "-m", "wnb.cli", "run", "-q", "--as-of", str(night), "--config", there.root / "config"],
            env={**os.environ, **WORLDS[world]},
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        assert there.published(night) == here.published(night)


def test_the_order_and_the_names_in_which_files_came_decide_nothing(tmp_path: Path) -> None:
    """But for the names themselves, which lists give as the place of each row."""
    there, back = two_nights(tmp_path / "there"), two_nights(tmp_path / "back", backwards=True)
    for night in (NIGHT, after(1)):
        there.night(night)
        back.night(night)
        assert there.findings(night) == back.findings(night)
        for file in ("escalation-list.csv", "agencies/clinic.csv", "agencies/school.csv"):
            assert there.listed(night, file) == back.listed(night, file)
