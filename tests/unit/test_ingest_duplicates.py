"""One slot told more than once in one file."""

from pathlib import Path

from tests.extracts import HEADER, ROWS, agency, ids, lines, outcome, reading, row

RECORDED = {"recorded_at": {"column": "changed", "format": "%Y-%m-%d %H:%M"}}


def test_the_same_record_again_is_superseded(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(ROWS[0], ROWS[1], ROWS[0], ROWS[0]))
    assert (ids(found), found.superseded, dict(found.reasons)) == (["A1001", "A1002"], 2, {"exact_duplicate": 2})
    assert found.rows["line"].to_pylist() == [2, 3]


def test_one_id_at_two_times_is_two_slots(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(ROWS[0], row(1, appt_start="2026-03-09 09:30", status="ATT")))
    assert (outcome(found), ids(found)) == ("accepted", ["A1001", "A1001"])


def test_of_two_that_differ_nobody_chooses(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(ROWS[0], ROWS[1], row(1, status="ATT"), ROWS[0]))
    assert (ids(found), found.superseded, dict(found.reasons)) == (["A1002"], 0, {"conflicting_duplicate": 3})
    assert found.quarantined["raw"].to_pylist() == [ROWS[0], row(1, status="ATT"), ROWS[0]]
    assert found.quarantined["line"].to_pylist() == [2, 4, 5]
    assert found.ids_set_aside == {"A1001"}


def test_the_later_recorded_one_holds_wherever_it_stands(tmp_path: Path) -> None:
    earlier, later = ROWS[0] + ",2026-03-02 12:00", row(1, status="ATT") + ",2026-03-03 12:00"
    for order in ((earlier, later), (later, earlier)):
        found = reading(tmp_path, lines(*order, header=HEADER + ",changed"), agency(RECORDED))
        assert (found.rows["original_code"].to_pylist(), found.superseded) == (["ATT"], 1)


def test_recorded_at_the_same_time_or_at_none_decides_nothing(tmp_path: Path) -> None:
    for first, second in (("2026-03-02 12:00", "2026-03-02 12:00"), ("2026-03-02 12:00", "")):
        content = lines(f"{ROWS[0]},{first}", f"{row(1, status='ATT')},{second}", header=HEADER + ",changed")
        found = reading(tmp_path, content, agency(RECORDED))
        assert (ids(found), found.reasons["conflicting_duplicate"]) == ([], 2)


def test_conflicts_are_found_again_in_a_file_of_many_blocks(tmp_path: Path, monkeypatch: object) -> None:
    from wnb.ingest import source

    monkeypatch.setattr(source, "BLOCK", 700)  # type: ignore[attr-defined]
    monkeypatch.setattr(source, "SHORT", 300)  # type: ignore[attr-defined]
    many = [row(1, appt_id=f"B{number}", given_name="Zoë") for number in range(60)]
    found = reading(tmp_path, lines(*many, ROWS[0], row(1, appt_id="B3", given_name="Zoë", status="ATT")))
    assert found.quarantined["raw"].to_pylist() == [many[3], row(1, appt_id="B3", given_name="Zoë", status="ATT")]
    assert found.rows.num_rows == 60
