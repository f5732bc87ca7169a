"""What waits is said until it is done: rows set aside, files that were rejected or deferred, days unlike their kind."""

import html
import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import AMARA, BEN, CHIDI, NIGHT, Appointment, Small, agency_yaml, extract, missed, seen
from wnb.dismissed import dismiss
from wnb.errors import UsageFault
from wnb.nightly import opened
from wnb.standing import standing
from wnb.summary import in_words

TONIGHT = NIGHT + timedelta(days=1)
AFTER = NIGHT + timedelta(days=2)


def page(small: Small, night: date) -> str:
    """What the partnership's page says, without its marks."""
    return " ".join(
        html.unescape(re.sub("<[^>]*>", " ", (small.lists(night) / "escalation-list.html").read_text())).split()
    )


def waits(small: Small, night: date) -> list[tuple[str, str, int, dict[str, int], str]]:
    """Agency, what its file waits for, rows, reasons, since when; as `wnb status` says it."""
    told = standing(small.configuration, at_noon(night)).document["files"]
    return [(file["agency"], file["waits"], file["rows"], file["reasons"], file["since"]) for file in told]


def test_rows_set_aside_are_said_every_night_until_a_mended_code_releases_them(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, seen(CHIDI, 4), [Appointment(AMARA, NIGHT - timedelta(days=n), "TEL") for n in (3, 9)])
    small.send("school", NIGHT, missed(BEN, 20))
    for night in (NIGHT, TONIGHT):
        small.night(night)
        assert waits(small, night) == [("clinic", "rows set aside", 2, {"unknown_status": 2}, str(NIGHT))]
        assert small.document(night)["rows_waiting"] == 2
        assert "Rows set aside that still wait 2" in page(small, night)
    assert "Amara" not in small.names(TONIGHT)

    small.configure("agencies/clinic.yaml", agency_yaml("clinic").replace("D: deceased", "D: deceased, TEL: no_answer"))
    small.night(AFTER)
    [again] = [told for told in small.document(AFTER)["extracts"] if told["agency"] == "clinic" and told["records"]]
    assert "read again, since its agency's YAML has changed: before 2 rows set aside, now 0" in again["note"]
    assert waits(small, AFTER) == []
    assert small.document(AFTER)["rows_waiting"] == 0
    assert "Amara" in small.names(AFTER)


def test_a_rejected_file_waits_until_its_name_brings_a_whole_one_and_a_deferred_one_says_since_when(
    tmp_path: Path,
) -> None:
    small = Small.begin(tmp_path)
    small.send_bytes("clinic", f"clinic_{NIGHT}.csv", b"id,at\nC1,2026-")
    link = small.send("school", NIGHT, missed(BEN, 20)).with_name(f"late_{NIGHT}.csv")
    link.symlink_to("/nowhere")
    for night in (NIGHT, TONIGHT):
        small.night(night)
        [clinic, school] = waits(small, night)
        assert (clinic[:3], clinic[4]) == (("clinic", "rejected", 0), str(NIGHT))
        assert clinic[3]
        assert school == ("school", "deferred", 0, {}, str(NIGHT))
    words = standing(small.configuration, at_noon(TONIGHT)).words
    assert f"late_{NIGHT}.csv: deferred since {NIGHT} (not a regular file" in words

    link.unlink()
    small.send("clinic", NIGHT, missed(AMARA, 3))
    small.night(AFTER)
    assert waits(small, AFTER) == []


def test_a_file_that_never_comes_again_is_dismissed_by_a_person_and_nothing_else_changes(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    name = f"clinic_{NIGHT}.csv"
    small.send("clinic", NIGHT, seen(CHIDI, 4), [Appointment(AMARA, NIGHT - timedelta(days=n), "TEL") for n in (3, 9)])
    small.send_bytes("school", f"school_{NIGHT}.csv", b"id,at\nC1,2026-")
    small.night(NIGHT)
    by = ("A. Person", at_noon(NIGHT))
    said = dismiss(small.configuration, "clinic", name, "cannot-be-had", *by)
    assert "Nothing is deleted" in said.words
    assert [file[0] for file in waits(small, NIGHT)] == ["school"]
    told = standing(small.configuration, at_noon(NIGHT))
    [dismissed] = told.document["dismissed"]
    assert (dismissed["file"], dismissed["rows"], dismissed["by"], dismissed["because"]) == (
        name, 2, "A. Person", "cannot-be-had",
    )  # fmt: skip
    assert "1 file dismissed by a person, 2 rows set aside in all" in told.words
    with opened(small.configuration, at_noon(NIGHT)) as casebook:
        assert [(one.actor, one.phrase) for one in casebook.audit() if one.what == "dismissed"] == [
            ("A. Person", f"Dismissed {name} of clinic: cannot-be-had")
        ]
        assert casebook.verify_audit().holds
    small.night(TONIGHT)
    assert small.document(TONIGHT)["rows_waiting"] == 2

    dismiss(small.configuration, "clinic", name, None, *by)
    assert [file[0] for file in waits(small, TONIGHT)] == ["clinic", "school"]
    dismiss(small.configuration, "clinic", name, "cannot-be-had", *by)
    small.configure("agencies/clinic.yaml", agency_yaml("clinic").replace("D: deceased", "D: deceased, TEL: no_answer"))
    small.night(AFTER)
    assert "Amara" in small.names(AFTER)


@pytest.mark.parametrize(
    ("file", "reason", "says"),
    [("nothing.csv", "sent-again", "not among the files that wait"), (f"clinic_{NIGHT}.csv", "Amara", "is not one of")],
)
def test_what_does_not_wait_cannot_be_dismissed_nor_for_a_reason_of_ones_own(
    tmp_path: Path, file: str, reason: str, says: str
) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, [Appointment(AMARA, NIGHT - timedelta(days=3), "TEL")])
    small.night(NIGHT)
    with pytest.raises(UsageFault, match=says):
        dismiss(small.configuration, "clinic", file, reason, "A. Person", at_noon(NIGHT))


def test_a_dismissed_file_that_comes_again_is_another_delivery(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    name = f"clinic_{NIGHT}.csv"
    small.send_bytes("clinic", name, b"id,at\nC1,2026-")
    small.night(NIGHT)
    dismiss(small.configuration, "clinic", name, "nobody-in-it", "A. Person", at_noon(NIGHT))
    assert waits(small, NIGHT) == []
    small.send_bytes("clinic", name, b"id,at\nC1,2026-1")
    small.night(TONIGHT)
    assert [file[:2] for file in waits(small, TONIGHT)] == [("clinic", "rejected")]


def test_a_silent_agency_is_marked(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(AMARA, 3))
    for night in (NIGHT, TONIGHT, AFTER):
        small.night(night)
        agencies = standing(small.configuration, at_noon(night)).document["agencies"]
        assert [told["agency"] for told in agencies if told["silent"]] == small.document(night)["silent_agencies"]
    words = standing(small.configuration, at_noon(AFTER)).words
    [clinic, school] = [line for line in words.split("\n") if "rows held" in line]
    assert clinic.endswith("SILENT: 2 days before the last night, expected every day")
    assert school.endswith("SILENT: expected every day")


def test_an_alarm_says_its_reason_in_words_and_what_was_received_before_is_one_line(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, seen(CHIDI, 4), [Appointment(AMARA, NIGHT - timedelta(days=n), "TEL") for n in (3, 9)])
    small.send("clinic", NIGHT - timedelta(days=1), seen(CHIDI, 5))
    small.send_bytes("school", f"school_{NIGHT}.csv", b"id,at\nC1,2026-")
    small.night(NIGHT)
    [code, cut] = small.document(NIGHT)["alarms"][-2:]
    assert code == (
        f"Marsh clinic: clinic_{NIGHT}.csv: taken in, some rows set aside; "
        "a code that this agency is not known to use (2 times)"
    )
    assert cut.startswith(f"School nursing: school_{NIGHT}.csv: refused whole. ")
    assert "not in the header" in cut
    done = small.night(TONIGHT)
    words = in_words(json.loads(done.document), done.folder, fresh=True)
    assert "  3 files of 2 agencies received before, and not taken again\n" in words
    assert f"clinic_{NIGHT}.csv" not in words


def test_an_extract_that_fell_to_a_tenth_of_its_weekdays_is_taken_with_an_alarm(tmp_path: Path) -> None:
    """Five Thursdays of twenty visits, and one of two: they count, and everybody is told that others may lack."""
    small = Small.begin(tmp_path)
    for weeks in range(5, 0, -1):
        thursday = NIGHT - timedelta(weeks=weeks)
        small.send("clinic", thursday, *(seen(CHIDI, n, night=thursday) for n in range(1, 21)))
    small.send("school", NIGHT, missed(BEN, 20))
    small.night(NIGHT - timedelta(days=1))
    assert [told["alarm"] for told in small.document(NIGHT - timedelta(days=1))["extracts"]] == [False] * 5

    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    [told] = [told for told in small.document(NIGHT)["extracts"] if told["agency"] == "clinic" and told["records"]]
    assert (told["outcome"], told["accepted"], told["alarm"]) == ("accepted_with_warnings", 2, True)
    assert told["reasons"] == {"volume_drop": 1}
    assert "2 records, where 20 are usual on a Thursday" in told["note"]
    [alarm] = small.document(NIGHT)["alarms"]
    assert "2 records, where 20 are usual on a Thursday" in alarm
    assert "2 records, where 20 are usual on a Thursday" in page(small, NIGHT)
    assert small.names(NIGHT) == {"Amara"}


def test_what_is_usual_does_not_depend_on_how_many_nights_it_took_to_come(tmp_path: Path) -> None:
    said = []
    for nights in ([NIGHT], [NIGHT - timedelta(weeks=3), NIGHT - timedelta(days=1), NIGHT]):
        small = Small.begin(tmp_path / str(len(nights)))
        for weeks in range(5, -1, -1):
            thursday = NIGHT - timedelta(weeks=weeks)
            many = range(1, 21) if weeks else range(1, 3)
            rows = [Appointment(CHIDI, thursday - timedelta(days=n)) for n in many]
            small.send_bytes("clinic", f"{thursday}.csv", extract("clinic", rows))
        for night in nights:
            small.night(night)
        said.append([alarm for alarm in small.document(NIGHT)["alarms"] if "usual" in alarm])
    assert said[0] == said[1]
    assert len(said[0]) == 1
