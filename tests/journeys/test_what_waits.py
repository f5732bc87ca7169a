"""What waits is said until it is done: rows set aside, files that were rejected or deferred, days unlike their kind."""

import html
import re
from datetime import date, timedelta
from pathlib import Path

from tests.partnership import at_noon
from tests.small import AMARA, BEN, CHIDI, NIGHT, Appointment, Small, agency_yaml, extract, missed, seen
from wnb.standing import standing

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
