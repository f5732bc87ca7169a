"""Appointments that are not counted, from a night's list to the next: each stands in sight and says why."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import AGENCY, AMARA, BEN, CHIDI, COLUMNS, DARA, NIGHT, RULES, Small, extract, missed
from wnb.errors import Exit, LockHeld, UsageFault
from wnb.explain import chronology_of, explained
from wnb.nightly import locked
from wnb.people import not_counted
from wnb.rebuild import rebuilt
from wnb.store.casebook import Casebook
from wnb.told import Told

NEXT, AFTER = NIGHT + timedelta(days=1), NIGHT + timedelta(days=2)
MUCH_LATER = NIGHT + timedelta(days=60)
TOLD = '  letter_sent_on: {column: letter, format: "%Y-%m-%d"}\n  series_id: series\n  lead_professional'
LETTERS = AGENCY.replace("  lead_professional", TOLD.replace("{", "{{").replace("}", "}}")).format(
    agency="clinic", name="Marsh clinic", sharing="partnership", delivers="changes", more=""
)


def with_letters(root: Path, notice: int = 0) -> Small:
    """The small partnership, whose clinic tells when its letters were sent and what belongs to one course."""
    small = Small.begin(root, rules=RULES.replace("recall_days: 28", f"recall_days: 28\nshort_notice_days: {notice}"))
    small.configure("agencies/clinic.yaml", LETTERS)
    return small


def send(small: Small, dated: date, *appointments: list, letter: str = "", series: str = "", name: str = "") -> None:
    """An extract of the clinic, with two more columns."""
    lines = extract("clinic", [one for some in appointments for one in some]).decode().splitlines()
    more = [f"{line},{letter},{series}" for line in lines[1:]]
    whole = "\n".join([f"{','.join(COLUMNS)},letter,series", *more, ""])
    small.send_bytes("clinic", f"{name}{dated}.csv", whole.encode())


def aside(
    small: Small, appointment: str, reason: str | None = "letter-late", night: date = NIGHT, note: str = ""
) -> Told:
    return not_counted(small.configuration, appointment, reason, "A. Lead", note, None, at_noon(night))


def test_a_letter_that_came_too_late_counts_nothing_and_the_night_says_how_many(tmp_path: Path) -> None:
    small = with_letters(tmp_path, notice=3)
    send(small, NIGHT, missed(AMARA, 1, 2), letter=str(NIGHT - timedelta(days=2)), name="a")
    send(small, NIGHT, missed(BEN, 1, 2), letter=str(NIGHT - timedelta(days=20)), name="b")
    send(small, NIGHT, missed(CHIDI, 1, 2), name="c")
    small.night(NIGHT)
    assert small.names(NIGHT) == {"Ben", "Chidi"}
    assert small.document(NIGHT)["not_counted"] == {"short_notice": 2, "same_series": 0, "by_a_person": 0}


def test_a_course_missed_each_week_is_missed_once(tmp_path: Path) -> None:
    small = with_letters(tmp_path)
    send(small, NIGHT, missed(AMARA, 1, 8, 15), series="physio-1", name="a")
    send(small, NIGHT, missed(BEN, 1), missed(BEN, 30), series="physio-2", name="b")
    small.night(NIGHT)
    assert small.names(NIGHT) == {"Ben"}
    assert small.document(NIGHT)["not_counted"]["same_series"] == 2


def test_what_a_person_sets_aside_stays_on_the_list_says_why_and_closes_nothing(tmp_path: Path) -> None:
    small = with_letters(tmp_path)
    send(small, NIGHT, missed(AMARA, 3, 9), missed(BEN, 3, 9))
    small.night(NIGHT)
    said = aside(small, "clinic/C1-1103", note="the letter was in the wrong language")
    assert "is not counted from the next night on (The letter came too late, or never)" in said.words
    assert said.document["day"] == "2026-11-03"
    assert small.names(NIGHT) == {"Amara", "Ben"}
    small.night(NEXT)
    row = small.row(AMARA, NEXT)
    assert "Not met tonight: a record was corrected or counts no more" in row["why"]
    assert (
        "1 missed appointment is not counted, as a person decided: The letter came too late, or never."
        in row["data_notes"]
    )
    assert row["not_brought_12_months"] == "2"
    page = (small.lists(NEXT) / "escalation-list.html").read_text("utf-8")
    assert page.count("Not counted, as a person decided: The letter came too late, or never") == 1
    assert small.document(NEXT)["not_counted"]["by_a_person"] == 1
    assert [finding["child_id"] for finding in small.findings(NEXT)].count(row["child_id"]) == 0
    child = row["child_id"]
    assert "not counted, as a person decided" in explained(small.configuration, child, "A. Lead", at_noon(NEXT)).words
    assert "[not counted, as a person" in chronology_of(small.configuration, child, "A. Lead", at_noon(NEXT)).words


def test_what_is_taken_back_long_afterwards_comes_to_light(tmp_path: Path) -> None:
    """Two misses, of which one was set aside before the second came: it is never forgotten."""
    small = with_letters(tmp_path)
    send(small, NIGHT, missed(AMARA, 3), missed(BEN, 3, 9))
    small.night(NIGHT)
    aside(small, "clinic/C1-1109", "no-interpreter")
    send(small, NEXT, missed(AMARA, 0, night=NEXT))
    small.night(NEXT)
    small.night(MUCH_LATER)
    assert "Amara" not in small.names(MUCH_LATER)
    aside(small, "clinic/C1-1109", None, night=MUCH_LATER)
    after = MUCH_LATER + timedelta(days=1)
    small.night(after)
    assert "came to light late" in small.row(AMARA, after)["data_notes"]
    again = rebuilt(small.configuration, after, tmp_path / "again", at_noon(after), lambda words: None)
    assert again.exit is Exit.DONE


def test_it_binds_that_appointment_alone_and_not_the_next_under_its_id(tmp_path: Path) -> None:
    small = with_letters(tmp_path)
    first, second = missed(DARA, 3), missed(DARA, 1)
    renamed = [type(one)(one.child, one.day, one.code, "SAME") for one in (*first, *second)]
    send(small, NIGHT, [renamed[0]], name="a")
    small.night(NIGHT)
    aside(small, "clinic/SAME")
    send(small, NEXT, [renamed[1]], name="b")
    small.night(NEXT)
    assert small.document(NEXT)["not_counted"]["by_a_person"] == 1
    with pytest.raises(UsageFault, match=r"several days \(2026-11-09, 2026-11-11\); say which with --day"):
        aside(small, "clinic/SAME", "other", night=NEXT)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Small:
    small = with_letters(tmp_path_factory.mktemp("refusals"))
    send(small, NIGHT, missed(AMARA, 3, 9), [type(missed(BEN, 1)[0])(BEN, NIGHT, "A", "SEEN")])
    small.night(NIGHT)
    return small


@pytest.mark.parametrize(
    ("appointment", "reason", "says"),
    [
        ("clinic/C1-1109", "because", "--reason because is not one of: letter-late"),
        ("clinic/nothing", "letter-late", "no appointment clinic/nothing is held"),
        ("nobody/C1-1109", "letter-late", "no appointment nobody/C1-1109 is held"),
        ("clinic/SEEN", "letter-late", "is held as attended, which no rule counts as missed"),
        ("clinic/C1-1109", None, "was ever set aside"),
    ],
)
def test_what_cannot_be_set_aside_is_refused_in_words(
    done: Small, appointment: str, reason: str | None, says: str
) -> None:
    with pytest.raises(UsageFault, match=says):
        aside(done, appointment, reason)


def test_nobody_sets_aside_while_a_night_is_at_work_nor_twice_nor_without_a_name(done: Small) -> None:
    with locked(done.configuration), pytest.raises(LockHeld):
        aside(done, "clinic/C1-1103")
    aside(done, "clinic/C1-1103", note="said by the clinic")
    with pytest.raises(UsageFault, match=r"set aside already, by A\. Lead \(letter-late\)"):
        aside(done, "clinic/C1-1103")
    with pytest.raises(UsageFault, match="needs the name"):
        not_counted(done.configuration, "clinic/C1-1109", "other", " ", "", None, at_noon(NIGHT))
    with Casebook.open(done.configuration.partnership.casebook, done.root) as casebook:
        [entry] = [entry for entry in casebook.audit() if entry.what == "not-counted"]
        assert entry.phrase == "Not counted (letter-late): clinic/C1-1103 of 2026-11-03"
        assert casebook.verify_audit().holds
