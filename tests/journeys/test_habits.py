"""What agencies' habits hide, told as nights: what is never written up, told twice, moved, sent late or left out."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.small import AMARA, BEN, CHIDI, NIGHT, Appointment, Small, agency_yaml, missed, seen

OUTCOMES = "D: deceased, L: told_of_missed_elsewhere, U: not_recorded"
ROLLING = ", snapshot_covers: {days_back: 30}, withdrawn_limit_percent: 100"


def after(days: int) -> date:
    return NIGHT + timedelta(days=days)


def begin(root: Path, delivers: str = "changes", more: str = "") -> Small:
    """The small partnership, whose agencies also tell of misses elsewhere and of visits without an outcome."""
    small = Small.begin(root)
    for agency in ("clinic", "school"):
        text = agency_yaml(agency, delivers=delivers, more=more) if agency == "clinic" else agency_yaml(agency)
        small.configure(f"agencies/{agency}.yaml", text.replace("D: deceased", OUTCOMES))
    return small


def told(small: Small, night: date, file: str) -> dict[str, Any]:
    [found] = [extract for extract in small.document(night)["extracts"] if extract["file"] == file]
    return dict(found)


@pytest.mark.parametrize("code", ["B", "U"])
def test_a_visit_that_nobody_wrote_up_is_asked_for_counted_and_said_of_the_child(code: str, tmp_path: Path) -> None:
    """Booked for Thursday the fifth: five working days on, until somebody says what came of it."""
    small = begin(tmp_path)
    waits = Appointment(AMARA, after(-7), code, "C-late")
    small.send("clinic", NIGHT, missed(AMARA, 3, 9), [waits], missed(BEN, 2, 4))
    small.night(NIGHT)
    assert [row["appointment_id"] for row in small.listed(NIGHT, "outstanding/clinic.csv")] == ["C-late"]
    assert small.document(NIGHT)["unoutcomed"] == 1
    assert "1 past appointment has no outcome recorded yet" in small.row(AMARA, NIGHT)["data_notes"]
    assert "no outcome" not in small.row(BEN, NIGHT)["data_notes"]
    assert small.row(AMARA, NIGHT)["not_brought_12_months"] == "2"

    small.send("clinic", after(1), [Appointment(AMARA, after(-7), "N", "C-late")])
    small.night(after(1))
    assert small.listed(after(1), "outstanding/clinic.csv") == []
    assert small.document(after(1))["unoutcomed"] == 0
    assert "no outcome" not in small.row(AMARA, after(1))["data_notes"]
    assert small.row(AMARA, after(1))["not_brought_12_months"] == "3"


def test_a_letter_about_a_miss_elsewhere_makes_no_second_miss(tmp_path: Path) -> None:
    """The clinic missed Ben once and the school was told of it; of Amara there were two misses, on two days."""
    small = begin(tmp_path)
    small.send("clinic", NIGHT, missed(BEN, 5), missed(AMARA, 5, 9))
    letters = [Appointment(child, after(-days), "L") for child in (BEN, AMARA) for days in (4, 3)]
    small.send("school", NIGHT, letters)
    small.night(NIGHT)
    assert small.names(NIGHT) == {"Amara"}
    assert small.row(AMARA, NIGHT)["not_brought_12_months"] == "2"
    assert small.row(AMARA, NIGHT)["offered_12_months"] == "2"


def test_a_slot_that_is_booked_again_keeps_what_was_told_of_its_first_time(tmp_path: Path) -> None:
    small = begin(tmp_path)
    small.send("clinic", NIGHT, missed(AMARA, 9), [Appointment(AMARA, after(-3), "N", "C-moved")])
    small.night(NIGHT)
    small.send("clinic", after(1), [Appointment(AMARA, after(4), "B", "C-moved")])
    small.night(after(1))
    assert small.row(AMARA, after(1))["not_brought_12_months"] == "2"
    small.send("clinic", after(5), [Appointment(AMARA, after(4), "N", "C-moved")])
    small.night(after(5))
    assert small.row(AMARA, after(5))["not_brought_12_months"] == "3"


def test_a_rolling_snapshot_takes_back_what_it_covers_and_nothing_older(tmp_path: Path) -> None:
    """Thirty days back: the visit of 40 days ago is beyond it, that of 29 days ago is gone and was taken back."""
    small = begin(tmp_path, "snapshot", ROLLING)
    small.send("clinic", NIGHT, missed(AMARA, 3, 29, 40), seen(CHIDI, 4))
    small.night(NIGHT)
    assert small.row(AMARA, NIGHT)["not_brought_12_months"] == "3"
    small.send("clinic", after(1), missed(AMARA, 3), seen(CHIDI, 4))
    small.night(after(1))
    assert told(small, after(1), f"clinic_{after(1)}.csv")["withdrawn"] == 1
    assert small.row(AMARA, after(1))["not_brought_12_months"] == "2"
    assert "Withdrawn by the agency that told of them: 1" in small.row(AMARA, after(1))["data_notes"]


def test_a_snapshot_that_shrank_is_refused_and_nobody_leaves_for_it(tmp_path: Path) -> None:
    small = begin(tmp_path, "snapshot", ROLLING)
    small.send("clinic", NIGHT, missed(AMARA, 3, 9), seen(CHIDI, *range(1, 8)))
    small.night(NIGHT)
    small.send("clinic", after(1), seen(CHIDI, 1, 2))
    small.night(after(1))
    cut = told(small, after(1), f"clinic_{after(1)}.csv")
    assert (cut["outcome"], cut["reasons"], cut["alarm"]) == ("rejected", {"volume_drop": 1}, True)
    assert small.row(AMARA, after(1))["not_brought_12_months"] == "2"


def test_an_older_file_that_comes_late_takes_nothing_back_that_was_told_since(tmp_path: Path) -> None:
    small = begin(tmp_path)
    small.send("clinic", NIGHT, [Appointment(AMARA, after(-3), "N", "C-1")], missed(AMARA, 9))
    small.night(NIGHT)
    small.send("clinic", after(-1), [Appointment(AMARA, after(-3), "A", "C-1")], missed(AMARA, 20))
    small.night(after(1))
    assert small.row(AMARA, after(1))["not_brought_12_months"] == "3"
    late = told(small, after(1), f"clinic_{after(-1)}.csv")
    assert (late["records"], late["accepted"], late["superseded"]) == (2, 1, 1)


def test_of_two_words_on_one_visit_in_one_file_neither_is_chosen_and_both_wait(tmp_path: Path) -> None:
    small = begin(tmp_path)
    both = [Appointment(AMARA, after(-3), code, "C-1") for code in ("N", "A")]
    small.send("clinic", NIGHT, both, missed(AMARA, 9))
    small.night(NIGHT)
    found = told(small, NIGHT, f"clinic_{NIGHT}.csv")
    assert (found["outcome"], found["quarantined"], found["reasons"], found["alarm"]) == (
        "rows_quarantined", 2, {"conflicting_duplicate": 2}, True,
    )  # fmt: skip
    assert small.document(NIGHT)["rows_waiting"] == 2
    assert small.names(NIGHT) == set()

    small.send("clinic", after(1), both[:1])
    small.night(after(1))
    assert small.names(after(1)) == {"Amara"}
