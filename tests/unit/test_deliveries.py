"""One delivery over another, as a person would lay them: corrections, rebookings, late files, withdrawals."""

from datetime import datetime

import pytest

from tests.slots import ATTENDED, BOOKED, NOT_ATTENDED, Row, changes, held, laid, snapshots, told
from wnb.agency import Agency
from wnb.ingest.deliveries import Delivery, empty, lay
from wnb.terms import STATUS_ROW, Outcome

CHANGES = changes()
KEPT, GONE = "held", "withdrawn"


# ---------------------------------------------------------------- corrections


def test_a_later_word_on_the_same_slot_holds() -> None:
    first, second = told(1, ("A1", 1, NOT_ATTENDED)), told(2, ("A1", 1, ATTENDED))
    assert held(CHANGES, [first, second]) == {("A1", 1): ("attended", KEPT)}


def test_a_later_word_holds_wherever_in_its_file_it_stands() -> None:
    first = told(1, ("A9", 1, ATTENDED), ("A8", 1, ATTENDED), ("A1", 1, NOT_ATTENDED))
    assert held(CHANGES, [first, told(2, ("A1", 1, ATTENDED))])[("A1", 1)] == ("attended", KEPT)


def test_a_correction_is_counted_as_replaced_and_as_a_changed_status() -> None:
    after = laid(CHANGES, [told(1, ("A1", 1, NOT_ATTENDED)), told(2, ("A1", 1, ATTENDED))])[-1]
    assert (after.accepted, after.superseded, after.replaced, after.status_changed) == (1, 0, 1, 1)


def test_an_outcome_for_a_booking_is_no_changed_status() -> None:
    after = laid(CHANGES, [told(1, ("A1", 1, BOOKED)), told(2, ("A1", 1, ATTENDED))])[-1]
    assert (after.replaced, after.status_changed) == (1, 0)


def test_an_older_file_that_arrives_late_corrects_nothing() -> None:
    late = told(1, ("A1", 1, NOT_ATTENDED), receipt=9)
    after = laid(CHANGES, [told(2, ("A1", 1, ATTENDED)), late])[-1]
    assert (after.accepted, after.superseded, after.held["told"].to_pylist()) == (0, 1, [ATTENDED])


def test_of_one_extract_date_the_later_recorded_holds_whichever_came_first() -> None:
    early, late = datetime(2026, 3, 1, 9), datetime(2026, 3, 1, 17)
    first = told(1, Row("A1", 1, ATTENDED, recorded=late), receipt=1)
    second = told(1, Row("A1", 1, NOT_ATTENDED, recorded=early), receipt=2)
    assert held(CHANGES, [first, second]) == {("A1", 1): ("attended", KEPT)}


def test_the_extract_date_goes_before_the_time_of_recording() -> None:
    first = told(1, Row("A1", 1, ATTENDED, recorded=datetime(2026, 3, 9)))
    second = told(2, Row("A1", 1, NOT_ATTENDED, recorded=datetime(2026, 3, 1)))
    assert held(CHANGES, [first, second]) == {("A1", 1): ("not_attended", KEPT)}


def test_of_one_extract_date_and_no_time_of_recording_the_later_received_holds() -> None:
    first, second = told(1, ("A1", 1, ATTENDED), receipt=1), told(1, ("A1", 1, NOT_ATTENDED), receipt=2)
    assert held(CHANGES, [first, second]) == {("A1", 1): ("not_attended", KEPT)}


# ---------------------------------------------------------------- slots rebooked under their old id


@pytest.mark.parametrize("outcome", [o for o in Outcome if o not in (BOOKED, Outcome.NOT_RECORDED)])
def test_another_time_does_not_erase_what_was_told_for_the_earlier_time(outcome: Outcome) -> None:
    found = held(CHANGES, [told(1, ("A1", 1, outcome)), told(2, ("A1", 9, BOOKED))])
    assert found == {("A1", 1): (outcome.word, KEPT), ("A1", 9): ("booked", KEPT)}


@pytest.mark.parametrize("mere", [BOOKED, Outcome.NOT_RECORDED])
def test_a_mere_booking_that_moved_is_gone(mere: Outcome) -> None:
    after = laid(CHANGES, [told(1, ("A1", 1, mere)), told(2, ("A1", 9, NOT_ATTENDED))])[-1]
    assert (after.held.num_rows, after.replaced, after.accepted) == (1, 1, 1)


def test_a_booking_that_had_moved_when_it_came_is_superseded() -> None:
    after = laid(CHANGES, [told(2, ("A1", 9, NOT_ATTENDED)), told(1, ("A1", 1, BOOKED), receipt=9)])[-1]
    assert (after.accepted, after.superseded, after.held.num_rows) == (0, 1, 1)


def test_two_bookings_told_in_one_breath_are_two_bookings() -> None:
    found = held(CHANGES, [told(1, ("A1", 1, BOOKED), ("A1", 9, BOOKED))])
    assert found == {("A1", 1): ("booked", KEPT), ("A1", 9): ("booked", KEPT)}


def test_in_one_file_a_later_recording_moves_a_booking() -> None:
    moved = Row("A1", 1, BOOKED, recorded=datetime(2026, 3, 1, 9)), Row("A1", 9, BOOKED, recorded=datetime(2026, 3, 2))
    assert held(CHANGES, [told(3, *moved)]) == {("A1", 9): ("booked", KEPT)}


def test_the_corner_an_outcome_turned_back_into_a_booking_stays_when_it_is_told_after_the_booking_moved() -> None:
    outcome, turned_back, moved = (
        told(1, ("A1", 1, NOT_ATTENDED)),
        told(2, ("A1", 1, BOOKED)),
        told(3, ("A1", 9, BOOKED)),
    )
    assert held(CHANGES, [outcome, turned_back, moved]) == {("A1", 9): ("booked", KEPT)}
    assert held(CHANGES, [turned_back, moved, outcome])[("A1", 1)] == ("not_attended", KEPT)


# ---------------------------------------------------------------- snapshots


def test_what_a_snapshot_no_longer_holds_stays_marked_withdrawn() -> None:
    after = laid(snapshots(), [told(1, ("A1", 1, NOT_ATTENDED), ("A2", 1, ATTENDED)), told(2, ("A2", 1, ATTENDED))])[-1]
    (gone,) = [row for row in after.held.to_pylist() if row["appointment_id"] == "A1"]
    assert (after.withdrawn, gone["withdrawn_by"], gone["withdrawn_on"].day) == (1, 2, 2)


def test_changes_withdraw_nothing() -> None:
    found = held(CHANGES, [told(1, ("A1", 1, NOT_ATTENDED)), told(2, ("A2", 1, ATTENDED))])
    assert found[("A1", 1)] == ("not_attended", KEPT)


def test_withdrawn_and_back_again() -> None:
    there, gone = told(1, ("A1", 1, NOT_ATTENDED), ("A2", 1, ATTENDED)), told(2, ("A2", 1, ATTENDED))
    back = told(3, ("A1", 1, NOT_ATTENDED), ("A2", 1, ATTENDED))
    assert held(snapshots(), [there, gone, back])[("A1", 1)] == ("not_attended", KEPT)


def test_an_id_that_comes_back_at_another_time_brings_back_what_was_told_of_the_first() -> None:
    there, gone = told(1, ("A1", 1, NOT_ATTENDED), ("A2", 1, ATTENDED)), told(2, ("A2", 1, ATTENDED))
    back = told(3, ("A1", 9, BOOKED), ("A2", 1, ATTENDED))
    assert held(snapshots(), [there, gone, back])[("A1", 1)] == ("not_attended", KEPT)


def test_a_row_that_was_set_aside_is_not_gone() -> None:
    there = told(1, ("A1", 1, NOT_ATTENDED), ("A2", 1, ATTENDED))
    aside = told(2, ("A2", 1, ATTENDED), set_aside=frozenset({"A1"}))
    assert held(snapshots(), [there, aside])[("A1", 1)] == ("not_attended", KEPT)


def test_a_row_that_was_set_aside_is_not_gone_either_when_it_is_told_late() -> None:
    aside = told(2, ("A2", 1, ATTENDED), set_aside=frozenset({"A1"}))
    late = told(1, ("A1", 1, NOT_ATTENDED), receipt=9)
    assert held(snapshots(), [aside, late])[("A1", 1)] == ("not_attended", KEPT)


@pytest.mark.parametrize("nobody_knows", ["a row that says no id", "no rows at all"])
def test_where_nobody_can_say_what_is_gone_nothing_is(nobody_knows: str) -> None:
    there = told(1, ("A1", 1, NOT_ATTENDED), ("A2", 1, ATTENDED))
    rows = (("A2", 1, ATTENDED),) if nobody_knows == "a row that says no id" else ()
    after = laid(snapshots(), [there, told(2, *rows, unreadable=bool(rows))])[-1]
    assert (after.withdrawn, after.withdrawals_kept_for_a_person) == (0, 2 - len(rows))


def test_what_was_kept_for_a_person_is_not_withdrawn_by_it_later() -> None:
    unsure = told(2, ("A2", 1, ATTENDED), unreadable=True)
    late = told(1, ("A1", 1, NOT_ATTENDED), receipt=9)
    assert held(snapshots(), [unsure, late])[("A1", 1)] == ("not_attended", KEPT)


@pytest.mark.parametrize(("limit", "withdrawn", "kept"), [(49, 0, 1), (50, 1, 0)])
def test_more_than_the_limit_is_kept_for_a_person(limit: float, withdrawn: int, kept: int) -> None:
    there = told(1, ("A1", 1, NOT_ATTENDED), ("A2", 1, ATTENDED))
    after = laid(snapshots(limit=limit), [there, told(2, ("A2", 1, ATTENDED))])[-1]
    assert (after.withdrawn, after.withdrawals_kept_for_a_person) == (withdrawn, kept)


def test_a_late_file_is_held_to_the_limit_too() -> None:
    late = told(1, ("A1", 1, NOT_ATTENDED), receipt=9)
    after = laid(snapshots(limit=49), [told(2, ("A2", 1, ATTENDED)), late])[-1]
    assert (after.withdrawn, after.withdrawals_kept_for_a_person, after.held["withdrawn_by"].null_count) == (0, 1, 2)


def test_days_back_covers_from_that_day_on() -> None:
    there = told(9, ("A1", 6, NOT_ATTENDED), ("A2", 7, NOT_ATTENDED), ("A3", 9, ATTENDED))
    found = held(snapshots({"days_back": 3}), [there, told(10, ("A3", 9, ATTENDED))])
    assert (found[("A1", 6)][1], found[("A2", 7)][1]) == (KEPT, GONE)


def test_a_column_covers_the_groups_that_the_snapshot_holds() -> None:
    there = told(
        1, Row("A1", 1, NOT_ATTENDED, group="east"), Row("A2", 1, NOT_ATTENDED, group="west"),
        Row("A3", 1, NOT_ATTENDED, group="east"), Row("A4", 1, NOT_ATTENDED),
    )  # fmt: skip
    east = told(2, Row("A1", 1, NOT_ATTENDED, group="east"))
    found = held(snapshots({"column": "clinic"}), [there, east])
    assert {slot[0]: state for slot, (_, state) in found.items()} == {"A1": KEPT, "A2": KEPT, "A3": GONE, "A4": KEPT}


def test_an_older_snapshot_that_arrives_late_withdraws_nothing_that_is_newer() -> None:
    newer, older = told(2, ("A1", 1, NOT_ATTENDED), ("A2", 1, ATTENDED)), told(1, ("A2", 1, ATTENDED), receipt=9)
    assert held(snapshots(), [newer, older])[("A1", 1)] == ("not_attended", KEPT)


def test_a_row_of_an_older_file_that_a_later_snapshot_did_not_hold_is_withdrawn_by_it() -> None:
    after = laid(snapshots(), [told(2, ("A2", 1, ATTENDED)), told(1, ("A1", 1, NOT_ATTENDED), receipt=9)])[-1]
    (late,) = [row for row in after.held.to_pylist() if row["appointment_id"] == "A1"]
    assert (after.accepted, after.withdrawn, late["withdrawn_by"]) == (1, 1, 2)


def test_a_late_row_is_judged_by_what_the_later_snapshot_covered_and_not_by_its_own_version() -> None:
    """The agency sent everything until the 9th, and the last three days from then on."""
    rolling, whole = snapshots({"days_back": 3}), snapshots()
    now = lay(empty("appointments"), told(10, ("A2", 9, ATTENDED)).delivered(), rolling, ())
    assert now.snapshot is not None
    late = lay(now.held, told(8, ("A1", 1, NOT_ATTENDED), receipt=11).delivered(), whole, (now.snapshot,))
    assert (late.withdrawn, late.held["withdrawn_by"].null_count) == (0, 2)


# ---------------------------------------------------------------- conservation, and statuses


def test_every_record_is_accepted_or_superseded_and_knows_its_origin() -> None:
    first = told(1, ("A1", 1, BOOKED), ("A2", 1, ATTENDED), ("A3", 1, BOOKED))
    second = told(2, ("A3", 9, BOOKED), ("A2", 1, NOT_ATTENDED), ("A4", 1, ATTENDED))
    after = laid(CHANGES, [first, second])[-1]
    told_now = [
        (row["appointment_id"], origin) for row, origin in zip(after.held.to_pylist(), after.origin, strict=True)
    ]
    assert sorted(told_now) == [("A1", 0), ("A2", 1), ("A3", -1), ("A4", -1)]
    assert (after.accepted, after.superseded, after.replaced) == (3, 0, 2)


def test_nothing_delivered_leaves_everything_as_it_was() -> None:
    first, nothing = laid(CHANGES, [told(1, ("A1", 1, BOOKED), ("A2", 1, ATTENDED)), told(2)])
    assert nothing.held.equals(first.held)
    assert nothing.origin.tolist() == [0, 1]


def test_a_status_is_corrected_and_withdrawn_by_its_id() -> None:
    import pyarrow as pa

    by = Agency.model_validate(
        {
            "agency": "social-care", "name": "Social care", "kind": "social-care", "sharing": "partnership",
            "holds": "statuses", "statuses": {"CPP": "child-protection-plan"},
            "extract": {"delivers": "snapshot", "snapshot_covers": "everything", "withdrawn_limit_percent": 100},
            "columns": {
                "status": "Category", "status_from": {"column": "Start", "format": "%Y-%m-%d"}, "nhs_number": "NHS",
            },
        }
    )  # fmt: skip

    def delivered(on: int, *rows: tuple[str, str]) -> Delivery:
        spells = [
            {
                "line": n,
                "status_id": i,
                "status": s,
                "status_from": told(1).delivered().extract_date,
                "unverified": False,
            }
            for n, (i, s) in enumerate(rows, 2)
        ]
        table = pa.Table.from_pylist(spells, schema=STATUS_ROW)
        return Delivery(table, told(on).delivered().extract_date, on, f"{on}.csv")

    first = lay(empty("statuses"), delivered(1, ("S1", "looked-after"), ("S2", "section-47")), by, ())
    assert first.snapshot is not None
    second = lay(first.held, delivered(2, ("S1", "child-in-need")), by, (first.snapshot,))
    assert {(r["status_id"], r["status"], r["withdrawn_by"]) for r in second.held.to_pylist()} == {
        ("S1", "child-in-need", None),
        ("S2", "section-47", 2),
    }
