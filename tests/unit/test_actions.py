"""A lead writes in the workbook and gives it back: it reaches the casebook once, or is refused in words."""

import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest

from tests import samples
from tests.casework import SATURDAY, commit, finding, seen
from wnb.actions import import_actions
from wnb.casework import CLOSING_REASONS
from wnb.errors import UsageFault
from wnb.publish.workbook import workbook
from wnb.publish.write_in import CASE, CASE_VERSION, CHILD_ID, WRITE_IN, header_row
from wnb.store.casebook import Casebook
from wnb.terms import Step

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SUNDAY = SATURDAY + timedelta(days=1)
SHEET = "Review with partners"


@pytest.fixture
def casebook(tmp_path):
    with Casebook.open("sqlite:///casebook.db", tmp_path, b"k" * 32, AT) as opened:
        commit(opened, SATURDAY, finding("c-1"), finding("c-2"))
        yield opened


def published(casebook):
    """The workbook of the list as the casebook has it."""
    listed = tuple(
        samples.child(step=case.step, child_id=case.child_id, case=case.id, case_version=case.version)
        for case in casebook.cases()
        if case.live
    )
    return workbook(samples.page(listed))


def filled_in(content, child="c-1", **written):
    """The workbook with something written in a child's row, as a spreadsheet saves it."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    headings = {box.key: box.heading for box in WRITE_IN} | {"case": CASE, "version": CASE_VERSION, "child": CHILD_ID}
    for sheet in book:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        header = header_row(rows)
        if header is None:
            continue
        place = {heading: at for at, heading in enumerate(rows[header]) if heading}
        for number, row in enumerate(rows[header + 1 :], start=header + 2):
            if row[place[CHILD_ID]] == child:
                for key, value in written.items():
                    sheet.cell(number, place[headings[key]] + 1).value = value
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def refusals(report):
    return [one.reason for one in report.refused]


def test_an_untouched_workbook_brings_nothing_in(casebook):
    report = import_actions(casebook, published(casebook), AT, "A. Lead")
    assert (report.taken, report.known, report.complete) == (0, 0, True)


def test_what_was_written_is_kept_with_who_took_it_in(casebook):
    returned = filled_in(
        published(casebook), done_on=SATURDAY, by="B. Nurse", how_tried="Phone call", safe_contact_checked="Yes",
        decision_and_why="Two buses; a lift was offered", next_date=date(2026, 11, 28),
    )  # fmt: skip
    report = import_actions(casebook, returned, AT, "A. Lead")
    assert (report.taken, report.words) == (1, "Rows taken in: 1. Taken in before: 0. Refused: 0.\n")
    (decision,) = casebook.decisions()
    assert decision.by == "A. Lead"
    assert decision.details["written"] == {
        "done_on": "2026-11-21", "by": "B. Nurse", "how_tried": "Phone call", "safe_contact_checked": "Yes",
        "decision_and_why": "Two buses; a lift was offered", "next_date": "2026-11-28",
    }  # fmt: skip
    said = casebook.audit(case=1)[-1].phrase
    assert said == ("Recorded work done: done on, by, how tried, safe contact checked, decision and why, next date")


def test_the_same_workbook_twice_is_one(casebook):
    returned = filled_in(published(casebook), by="B. Nurse")
    import_actions(casebook, returned, AT, "A. Lead")
    again = import_actions(casebook, returned, AT, "A. Lead")
    assert (again.taken, again.known, again.complete) == (0, 1, True)
    assert len(casebook.decisions()) == 1


def test_a_row_whose_case_a_person_moved_on_is_refused_with_who_and_when(casebook):
    content = published(casebook)
    casebook.close_case("c-1", CLOSING_REASONS[0], "C. Lead", AT)
    report = import_actions(casebook, filled_in(content, by="B. Nurse"), AT, "A. Lead")
    (why,) = refusals(report)
    assert "moved on by C. Lead on 22 November 2026 (Closed: needs-met)" in why
    assert report.refused[0].sheet == SHEET
    assert not report.complete


def test_two_people_who_filled_in_the_same_print_do_not_overwrite_each_other(casebook):
    content = published(casebook)
    import_actions(casebook, filled_in(content, by="B. Nurse"), AT, "A. Lead")
    (why,) = refusals(import_actions(casebook, filled_in(content, by="D. Worker"), AT, "C. Lead"))
    assert "moved on by A. Lead" in why


def test_a_row_whose_case_the_night_added_to_is_refused(casebook):
    content = published(casebook)
    commit(casebook, SUNDAY, finding("c-1", evidence=seen("gp/1")), finding("c-2"))
    (why,) = refusals(import_actions(casebook, filled_in(content, by="B. Nurse"), AT, "A. Lead"))
    assert "moved on by wnb on the night of 22 November 2026 (Added to: 1 appointment)" in why


def test_other_rows_are_taken_when_one_is_refused(casebook):
    content = filled_in(published(casebook), by="B. Nurse")
    casebook.close_case("c-1", CLOSING_REASONS[0], "C. Lead", AT)
    report = import_actions(casebook, filled_in(content, child="c-2", by="B. Nurse"), AT, "A. Lead")
    assert (report.taken, len(report.refused)) == (1, 1)


def test_a_person_moves_the_step_up_or_down(casebook):
    returned = filled_in(published(casebook), move_to="Engage with the family", decision_and_why="A mix-up")
    import_actions(casebook, returned, AT, "A. Lead")
    assert casebook.case(1).step is Step.ENGAGE
    commit(casebook, SUNDAY, finding("c-1"), finding("c-2"))
    assert casebook.case(1).step is Step.ENGAGE


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ({"done_on": "next Tuesday"}, "Done on: not a date; write it like 21/11/2026"),
        ({"done_on": date(2026, 11, 23)}, "Done on: 23 November 2026 is still to come"),
        ({"safe_contact_checked": "maybe"}, "Safe contact checked: write one of Yes, No"),
        ({"by": "B. Nurse", "case": None}, "hidden columns Case and Case version are gone"),
        ({"by": "B. Nurse", "case": 2}, "case 2 is not this child's"),
        ({"by": "B. Nurse", "case": 99}, "case 99 is not this child's"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(casebook, written, why):
    report = import_actions(casebook, filled_in(published(casebook), **written), AT, "A. Lead")
    assert why in refusals(report)[0]
    assert casebook.decisions() == ()
    assert report.document["refused"][0]["reason"] == refusals(report)[0]


@pytest.mark.parametrize("text", ["21/11/2026", "2026-11-21", " 21/11/2026 "])
def test_a_date_kept_as_text_is_read_day_first_as_the_sheet_asks(casebook, text):
    import_actions(casebook, filled_in(published(casebook), done_on=text), AT, "A. Lead")
    assert casebook.decisions()[0].details["written"] == {"done_on": "2026-11-21"}


def test_a_merged_childs_older_print_is_refused_for_its_version_and_not_as_anothers(casebook):
    content = published(casebook)
    commit(casebook, SUNDAY, finding("c-3"), finding("c-2"), merged={"c-1": "c-3"}, identities={})
    (why,) = refusals(import_actions(casebook, filled_in(content, by="B. Nurse"), AT, "A. Lead"))
    assert "moved on by wnb" in why


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04"])
def test_what_is_no_workbook_is_refused(casebook, content):
    with pytest.raises(UsageFault, match=r"not an \.xlsx workbook"):
        import_actions(casebook, content, AT, "A. Lead")


def test_a_workbook_that_is_not_ours_is_refused(casebook):
    saved = io.BytesIO()
    openpyxl.Workbook().save(saved)
    with pytest.raises(UsageFault, match="no sheet of this workbook"):
        import_actions(casebook, saved.getvalue(), AT, "A. Lead")


def test_rows_taken_in_are_made_again_with_past_nights(casebook, tmp_path):
    import_actions(casebook, filled_in(published(casebook), by="B. Nurse", move_to="Decide today"), AT, "A. Lead")
    with Casebook.open("sqlite:///again.db", tmp_path, b"k" * 32, AT) as again:
        commit(again, SATURDAY, finding("c-1"), finding("c-2"))
        for decision in casebook.decisions(after_night=SATURDAY):
            again.decide(decision)
        assert again.cases() == casebook.cases()
