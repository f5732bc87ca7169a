"""The workbook that a lead works in, opened as a spreadsheet would open it."""

import io
import time
import zipfile
from dataclasses import replace
from datetime import date, datetime

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.samples import (
    AGENCIES,
    BARRIERS,
    NIGHT,
    RUN_BY_A_SPREADSHEET,
    child,
    event,
    many_children,
    morning,
    page,
    reason,
)
from wnb.errors import SafetyStop
from wnb.publish.rows import ListPage
from wnb.publish.words import STANDING_WORDS
from wnb.publish.workbook import workbook
from wnb.publish.write_in import CASE, CASE_VERSION, KEY_OF, STEP_CHOICES, WRITE_IN, header_row
from wnb.terms import Step

STEP_SHEETS = ["Decide today", "Review with partners", "Engage with the family"]


def opened(listed: ListPage) -> Workbook:
    return load_workbook(io.BytesIO(workbook(listed)))


def header_of(sheet: Worksheet) -> int:
    found = header_row([[cell.value for cell in row] for row in sheet.iter_rows()])
    assert found is not None
    return found + 1  # a sheet counts its rows from 1


def rows_of(sheet: Worksheet) -> list[dict[str, object]]:
    header, *rows = sheet.iter_rows(min_row=header_of(sheet), values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows if row[list(header).index(CASE)] is not None]


def cell_under(sheet: Worksheet, heading: str, row: int = 1):
    at = header_of(sheet)
    (column,) = [cell.column for cell in sheet[at] if cell.value == heading]
    return sheet.cell(at + row, column)


def words_of(sheet: Worksheet) -> str:
    return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)


def test_there_is_a_sheet_a_step_between_tonight_and_how_to_use():
    assert opened(page((child(),))).sheetnames == ["Tonight", *STEP_SHEETS, "How to use", "Choices"]
    book = opened(morning())
    assert book.sheetnames == ["Tonight", *STEP_SHEETS, "Before we began", "Held", "How to use", "Choices"]
    assert book["Choices"].sheet_state == "hidden"
    assert book.active.title == "Tonight"


def test_every_child_stands_once_on_the_sheet_of_its_step_and_in_the_page_s_order():
    book = opened(morning())
    for step, name in zip((Step.ESCALATE, Step.REVIEW, Step.ENGAGE), STEP_SHEETS, strict=True):
        assert [row[CASE] for row in rows_of(book[name])] == [child.case for child in morning().at_step(step)]
    waiting = rows_of(book["Before we began"])
    assert [row["No."] for row in waiting] == [1, 2, 3]
    assert [row["Due"] for row in waiting] == [None] * 3


def test_dates_are_dates_and_nhs_numbers_are_text():
    (row,) = rows_of(opened(page((child(),)))["Review with partners"])
    assert row["Date of birth"] == datetime(2019, 3, 4)
    assert row["Due"] == datetime(2026, 11, 24)
    assert row["NHS number"] == "9990000018"
    assert row["Not brought, of appointments in 12 months"] == "3 of 4"
    assert row["Why"] == "Not brought on 3 days in 59, 5 September to 2 November 2026, at 2 organisations."


@pytest.mark.parametrize("cell", RUN_BY_A_SPREADSHEET)
def test_nothing_in_a_workbook_runs(cell):
    hostile = child(
        given_name=cell, family_name=cell, local_ids=(cell,), data_notes=(cell,), agencies=(cell,), contact=(cell,),
        reasons=(reason(sentence=cell),),
    )  # fmt: skip
    book = opened(page((hostile,), partnership=cell, barriers=(cell,), alarms=(cell,), front_doors=((cell, "1", "2"),)))
    kinds = {each.data_type for sheet in book for row in sheet.iter_rows() for each in row}
    assert "f" not in kinds
    assert not [each for sheet in book for row in sheet.iter_rows() for each in row if each.hyperlink]


def test_a_name_stands_exactly_as_it_was_given():
    names = [("=1+1", "+44"), ("None", "Null"), ("NULL", "Na"), ("http://example.invalid", "0012"), ("-", "'Abd")]
    listed = tuple(child(n, given_name=given, family_name=family) for n, (given, family) in enumerate(names))
    rows = rows_of(opened(page(listed))["Review with partners"])
    assert [row["Name"] for row in rows] == [f"{given} {family}" for given, family in names]


def test_evidence_is_protected_and_the_columns_to_write_in_are_not():
    sheet = opened(page((child(),)))["Review with partners"]
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    forbidden = sheet.protection  # what a protected sheet forbids
    assert (forbidden.autoFilter, forbidden.sort, forbidden.formatColumns, forbidden.formatCells) == (0, 0, 0, 1)
    at = header_of(sheet)
    for heading in sheet[at]:
        locked = sheet.cell(at + 1, heading.column).protection.locked
        assert locked is (heading.value not in KEY_OF)
        assert heading.protection.locked


def test_the_case_and_its_version_are_there_and_hidden():
    sheet = opened(page((child(4),)))["Review with partners"]
    for name, value in ((CASE, 104), (CASE_VERSION, 2)):
        cell = cell_under(sheet, name)
        assert cell.value == value
        spans = [span for span in sheet.column_dimensions.values() if span.min <= cell.column <= span.max]
        assert [span.hidden for span in spans] == [True]


def test_the_drop_downs_offer_what_the_partnership_configured():
    book = opened(page((child(),)))
    sheet = book["Review with partners"]
    offered = {}
    for check in sheet.data_validations.dataValidation:
        heading = sheet.cell(header_of(sheet), next(iter(check.cells.ranges)).min_col).value
        if check.type == "list":
            _, area = check.formula1.split("!")
            offered[heading] = [cell.value for (cell,) in book["Choices"][area.replace("$", "")]]
        elif check.type:
            offered[heading] = check.type
    assert offered["Barrier"] == list(BARRIERS)
    assert offered["Safe contact checked"] == ["Yes", "No"]
    assert offered["Move to step"] == list(STEP_CHOICES)
    assert (offered["Done on"], offered["Next date"]) == ("date", "date")


def test_without_barriers_the_column_takes_any_words():
    sheet = opened(page((child(),), barriers=()))["Review with partners"]
    assert cell_under(sheet, "Barrier").protection.locked is False


def test_the_header_stays_in_sight_is_filtered_and_prints_on_every_sheet_of_paper():
    for name in STEP_SHEETS:
        sheet = opened(morning())[name]
        at = header_of(sheet)
        assert sheet.freeze_panes == f"C{at + 1}"
        assert sheet.auto_filter.ref.startswith(f"A{at}:")
        assert sheet.print_title_rows == f"${at}:${at}"
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.oddHeader.left.text == "City and Hackney"
        assert "21/11/2026" in sheet.oddHeader.center.text
        assert sheet.oddHeader.right.text == "OFFICIAL-SENSITIVE"


def test_a_partnership_s_ampersand_is_no_command_of_the_page_header():
    held = zipfile.ZipFile(io.BytesIO(workbook(page((child(),), partnership="City & Hackney"))))
    assert "&amp;LCity &amp;&amp; Hackney&amp;C" in held.read("xl/worksheets/sheet2.xml").decode()


def test_every_sheet_carries_the_heading():
    book = opened(morning())
    for name in [name for name in book.sheetnames if name != "Choices"]:
        said = words_of(book[name])
        for words in (
            STANDING_WORDS,
            "As at the night of Saturday 21 November 2026",
            "Silent agencies: City and Hackney CAMHS",
            "Not for live use.",
            "are not approved by anybody yet",
            "020 7946 0002",
            "In an emergency: 999",
            "The order of rows is not a score of risk.",
        ):
            assert words in said, (name, words)


def test_tonight_counts_what_the_list_holds():
    sheet = opened(morning())["Tonight"]
    counts = {row[0]: row[1:4] for row in sheet.iter_rows(values_only=True) if row[0]}
    assert counts["Decide today"] == (1, 1, 0)
    assert counts["Review with partners"] == (2, 1, 1)
    assert counts["Engage with the family"] == (3, 1, 0)
    assert counts["Before we began"][0] == 3
    assert counts["Rows set aside that still wait"][0] == 3
    said = words_of(sheet)
    assert "the partnership can do 12 reviews a week" in said
    assert "s1.csv: refused whole" in said
    assert "Closed by R. Osei on 20 November" in said


def test_an_empty_list_is_a_workbook_that_says_why():
    book = opened(page(empty_because="Nothing was received tonight."))
    for name in ["Tonight", *STEP_SHEETS]:
        assert "Nothing was received tonight." in words_of(book[name])
        assert name == "Tonight" or rows_of(book[name]) == []


def test_after_a_reported_death_nothing_about_contact_is_asked_or_said():
    dead = child(death_reported=True, step=Step.ENGAGE, do=("Speak with a parent.",), contact=("Parent",))
    sheet = opened(page((dead,)))["Engage with the family"]
    (row,) = rows_of(sheet)
    assert row["What to do next"].startswith("A death has been reported")
    assert row["Who to contact"] is None
    for column in WRITE_IN:
        assert cell_under(sheet, column.heading).protection.locked is not column.after_a_death
    assert cell_under(sheet, "Spoke with").protection.locked


def test_why_longer_than_a_cell_is_cut_and_says_so():
    (row,) = rows_of(opened(page((child(reasons=(reason(sentence="x" * 40_000),)),)))["Review with partners"])
    assert str(row["Why"]).endswith("(the rest is on the page)")


def test_an_agency_s_workbook_holds_its_own_appointments_only():
    own = child(events=(event(70, in_evidence=True), event(20)), links=())
    mine = page((own,), agency_name=AGENCIES["homerton"])
    assert "Homerton outpatients, own list (City and Hackney)" in words_of(opened(mine)["Tonight"])
    with pytest.raises(SafetyStop):
        workbook(replace(mine, children=(child(),)))


def test_the_same_page_gives_the_same_bytes_whenever_it_is_made():
    first = workbook(morning())
    time.sleep(1.1)  # a second later by the clock
    assert workbook(morning()) == first
    assert load_workbook(io.BytesIO(first)).properties.created == datetime(NIGHT.year, NIGHT.month, NIGHT.day)


def test_what_people_write_comes_back_beside_the_case():
    book = opened(page((child(4),)))
    sheet = book["Review with partners"]
    cell_under(sheet, "Done on").value = date(2026, 11, 21)
    cell_under(sheet, "By").value = "A. Lead"
    kept = io.BytesIO()
    book.save(kept)
    (row,) = rows_of(load_workbook(kept)["Review with partners"])
    assert (row[CASE], row[CASE_VERSION], row["Done on"], row["By"]) == (104, 2, datetime(2026, 11, 21), "A. Lead")


def test_five_hundred_children_take_moments():
    began = time.perf_counter()
    held = workbook(many_children(500))
    assert time.perf_counter() - began < 10
    assert len(held) < 2_000_000
