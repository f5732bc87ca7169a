"""Workbooks: what a spreadsheet does to an extract, and what is hidden in one."""

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.extracts import NAMES, ROWS, agency, ids, outcome, reading
from wnb.ingest.verdict import Reading

Cells = list[list[object]]


def cells() -> Cells:
    """The rows as a spreadsheet holds them: dates as dates."""
    rows: Cells = []
    for text in ROWS:
        values: list[object] = list(text.split(","))
        values[4] = date.fromisoformat(str(values[4]))
        values[6] = datetime.fromisoformat(str(values[6]))
        rows.append(values)
    return rows


def book(rows: Cells, before: Cells | None = None) -> openpyxl.Workbook:
    """A workbook with these rows under the header."""
    made = openpyxl.Workbook()
    for row in [*(before or []), list(NAMES), *rows]:
        made.active.append(row)
    return made


def content(made: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def parts_changed(made: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with a text of one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == part:
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode())
            target.writestr(name, data)
    return out.getvalue()


def read_book(folder: Path, made: openpyxl.Workbook | bytes, **extract: object) -> Reading:
    whole = made if isinstance(made, bytes) else content(made)
    return reading(folder, whole, agency(format="excel", files="*.xlsx", **extract), "extract.xlsx")


ALL = [text.split(",")[0] for text in ROWS]
SHEET = "xl/worksheets/sheet1.xml"


def test_typed_dates_are_taken_as_they_are_and_lines_are_the_sheets_rows(tmp_path: Path) -> None:
    found = read_book(tmp_path, book(cells()))
    assert (outcome(found), ids(found)) == ("accepted", ALL)
    assert found.rows["line"].to_pylist() == [2, 3, 4, 5, 6, 7]
    assert found.rows["date_of_birth"].to_pylist()[0] == date(2012, 1, 13)
    assert found.rows["appointment_at"].to_pylist()[0] == datetime(2026, 3, 2, 9, 30)


def test_dates_as_text_are_read_by_the_declared_form(tmp_path: Path) -> None:
    assert ids(read_book(tmp_path, book([list(text.split(",")) for text in ROWS]))) == ALL


def test_numbers_that_a_spreadsheet_made_are_digits_again(tmp_path: Path) -> None:
    rows = cells()
    rows[0][1] = 9_990_001_006
    rows[1][1] = 9.99e9
    found = read_book(tmp_path, book(rows))
    assert found.rows["nhs_number"].to_pylist()[:2] == [9_990_001_006, None]
    assert dict(found.reasons) == {"nhs_check_digit": 1}


def many(count: int = 40) -> Cells:
    """So many appointments, one a day, their dates as dates."""
    return [
        [f"A{number}", *cells()[number % 6][1:6], datetime(2026, 1, 5, 9) + timedelta(days=number), "DNA", "Eyes"]
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("16/01/2026 09:00", "mixed_date_types"),
        ("2026-01-16 09:00", "mixed_date_types"),
        ("16 Jan, 9 o'clock", "mixed_date_types"),
        (46_038, "excel_serial"),
        (46_038.375, "excel_serial"),
        (time(9, 0), "mixed_date_types"),
        ("to be told", "invalid_date"),
    ],
)
def test_a_stray_cell_among_dates_sets_its_own_row_aside_and_says_which(
    tmp_path: Path, cell: object, reason: str
) -> None:
    rows = many()
    rows[11][6] = cell
    found = read_book(tmp_path, book(rows))
    assert (ids(found), dict(found.reasons)) == ([f"A{n}" for n in range(40) if n != 11], {reason: 1})
    [aside] = found.quarantined.to_pylist()
    assert (aside["line"], aside["column"], aside["reason"], aside["cell"]) == (13, "appt_start", reason, "G13")
    assert "For example: " in aside["remedy"]
    assert found.ids_set_aside == {"A11"}


def test_a_stray_cell_is_told_with_its_sheet_where_the_agency_declares_one(tmp_path: Path) -> None:
    rows = many()
    rows[11][6] = "16/01/2026 09:00"
    made = book(rows)
    for name, place in (("Contacts", "Contacts!G13"), ("This week's", "'This week''s'!G13")):
        made.active.title = name
        assert read_book(tmp_path, made, sheet=name).quarantined["cell"].to_pylist() == [place]


def test_a_stray_date_of_birth_leaves_the_row_unverified(tmp_path: Path) -> None:
    """An age that does not verify never drops a row."""
    for cell, reason in (("16/04/2015", "mixed_date_types"), (42_110, "excel_serial")):
        rows = cells()
        rows[3][4] = cell
        found = read_book(tmp_path, book(rows))
        assert (ids(found), dict(found.reasons), found.unverified) == (ALL, {reason: 1}, 1)
        assert found.rows["date_of_birth"].to_pylist()[3] is None


def test_a_stray_date_among_texts_sets_its_own_row_aside(tmp_path: Path) -> None:
    rows = [list(text.split(",")) for text in ROWS]
    rows[2][6] = datetime(2026, 4, 3, 11, 30)
    found = read_book(tmp_path, book(rows))
    assert (ids(found), dict(found.reasons)) == ([i for i in ALL if i != "A1003"], {"mixed_date_types": 1})
    assert found.quarantined["cell"].to_pylist() == ["G4"]


def test_dates_that_may_be_half_swapped_condemn_the_file(tmp_path: Path) -> None:
    """What a spreadsheet of the other order could not read stays text, and what it could is a wrong date."""
    swapped = many()
    for row in swapped:
        moment = row[6]
        assert isinstance(moment, datetime)
        row[6] = f"{moment:%d/%m/%Y %H:%M}" if moment.day > 12 else moment.replace(day=moment.month, month=moment.day)
    few = many()
    for number in (10, 11, 12):
        few[number][6] = f"{15 + number - 10}/01/2026 09:00"
    early = cells()
    early[3][6] = "15/03/2026 12:30"  # and not one of the others lies beyond the twelfth
    for rows, first in ((swapped, "G10, G11 and others"), (few, "G12, G13 and others"), (early, "G5")):
        found = read_book(tmp_path, book(rows))
        assert (outcome(found), "mixed_date_types" in found.reasons) == ("rejected", True)
        assert f'column "appt_start", {first}: ' in found.note


def test_a_title_above_the_header_and_an_empty_first_column_are_found_past(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.active["B2"] = "Appointments"
    for at, row in enumerate([list(NAMES), *cells()], 4):
        for column, value in enumerate(row, 2):
            made.active.cell(at, column, value)
    found = read_book(tmp_path, made, header_after="auto")
    assert (ids(found), found.rows["line"].to_pylist()[0]) == (ALL, 5)


def test_blank_rows_and_a_repeated_header_are_no_records(tmp_path: Path) -> None:
    rows = cells()
    found = read_book(tmp_path, book([rows[0], [None], list(NAMES), [" "], rows[1]]))
    assert (ids(found), dict(found.reasons)) == (["A1001", "A1002"], {"repeated_header": 1})
    assert found.rows["line"].to_pylist() == [2, 6]


@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
def test_another_sheet_with_rows_is_worth_a_word(tmp_path: Path, state: str) -> None:
    made = book(cells())
    other = made.create_sheet("Late additions")
    other.append(["more"])
    other.sheet_state = state
    made.create_sheet("Empty")
    found = read_book(tmp_path, made)
    assert (ids(found), dict(found.reasons)) == (ALL, {"extra_sheet": 1})


@pytest.mark.parametrize("declared", [{}, {"sheet": "Contacts"}])
def test_a_sheet_that_is_known_to_hold_no_records_is_passed_over_and_a_new_one_is_told(
    tmp_path: Path, declared: dict[str, str]
) -> None:
    made = openpyxl.Workbook()
    made.active.title = "Cover"
    made.active.append(["Contacts of the week"])
    contacts = made.create_sheet("Contacts")
    for row in [list(NAMES), *cells()]:
        contacts.append(row)
    known = {**declared, "other_sheets": ["Cover", "Notes"]}
    assert (ids(found := read_book(tmp_path, made, **known)), dict(found.reasons)) == (ALL, {})
    made.create_sheet("Late additions").append(["more"])
    assert (ids(found := read_book(tmp_path, made, **known)), dict(found.reasons)) == (ALL, {"extra_sheet": 1})


def test_a_sheet_that_should_hold_no_records_and_has_their_header_is_told(tmp_path: Path) -> None:
    made = book(cells())
    other = made.create_sheet("Notes")
    other.append(["kept by hand"])
    other.append(list(NAMES))
    assert dict(read_book(tmp_path, made, other_sheets=["Notes"]).reasons) == {"extra_sheet": 1}


def test_hidden_rows_are_read_and_said(tmp_path: Path) -> None:
    made = book(cells())
    made.active.row_dimensions[3].hidden = True
    found = read_book(tmp_path, made)
    assert (ids(found), dict(found.reasons)) == (ALL, {"extra_sheet": 1})


def test_the_declared_sheet_is_read_and_a_missing_one_is_not_replaced(tmp_path: Path) -> None:
    made = book([])
    made.active.title = "Cover"
    sheet = made.create_sheet("Appointments")
    for row in [list(NAMES), *cells()]:
        sheet.append(row)
    assert ids(read_book(tmp_path, made, sheet="Appointments")) == ALL
    assert outcome(read_book(tmp_path, made, sheet="Attendances")) == "rejected"


def test_error_cells_are_not_blank_cells(tmp_path: Path) -> None:
    rows = cells()
    rows[0][4], rows[1][7], rows[2][1] = "#VALUE!", "#N/A", "#REF!"
    found = read_book(tmp_path, book(rows))
    assert dict(found.reasons) == {"invalid_date": 1, "nhs_missing": 1, "unknown_status": 1}
    assert found.unverified == 2


def test_a_formula_without_its_result_sets_the_row_aside_where_the_row_hangs_on_it(tmp_path: Path) -> None:
    rows = cells()
    rows[0][7], rows[1][4] = '=IF(1,"DNA","ATT")', "=DATE(2013,2,14)"
    found = read_book(tmp_path, book(rows))
    assert found.quarantined.select(["line", "column", "reason"]).to_pylist() == [
        {"line": 2, "column": "status", "reason": "formula_without_value"}
    ]
    assert found.reasons["formula_without_value"] == 2
    assert (found.unverified, found.ids_set_aside) == (1, {"A1001"})


def test_the_sheets_own_idea_of_its_size_is_not_believed(tmp_path: Path) -> None:
    lying = parts_changed(content(book(cells())), SHEET, '<dimension ref="A1:I7"', '<dimension ref="A1:I3"')
    assert ids(read_book(tmp_path, lying)) == ALL


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    evil = parts_changed(content(book(cells())), SHEET, "<worksheet", '<!DOCTYPE x [<!ENTITY e "boo">]><worksheet')
    found = read_book(tmp_path, evil)
    assert (outcome(found), dict(found.reasons)) == ("rejected", {"xml_dtd": 1})


def test_a_workbook_cut_short_or_swollen_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    whole = content(book(cells()))
    assert "truncated" in read_book(tmp_path, whole[: len(whole) // 2]).reasons
    assert dict(read_book(tmp_path, b"appt_id,nhs_number\n").reasons) == {"content_type": 1}
    assert dict(read_book(tmp_path, b"").reasons) == {"empty_file": 1}
    swollen = parts_changed(whole, "docProps/app.xml", "</Properties>", "</Properties>" + " " * (20 << 20))
    assert dict(read_book(tmp_path, swollen).reasons) == {"expansion_ratio": 1}
    out = io.BytesIO(whole)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("../outside.csv", "x")
    assert "path_traversal" in read_book(tmp_path, out.getvalue()).reasons
    assert not (tmp_path.parent / "outside.csv").exists()


def test_a_row_set_aside_is_kept_whole(tmp_path: Path) -> None:
    rows = cells()
    rows[0][7], rows[0][2] = "X9", "SMITH, HALL"
    found = read_book(tmp_path, book(rows))
    assert found.quarantined["raw"].to_pylist() == [
        'A1001,9990001006,"SMITH, HALL",Amara,2012-01-13,ZZ1 0ZZ,2026-03-02 09:30:00,X9,Paediatrics'
    ]


def test_conflicting_rows_are_found_again(tmp_path: Path) -> None:
    rows = cells()
    other = [*rows[0][:7], "ATT", rows[0][8]]
    found = read_book(tmp_path, book([*rows, other]))
    assert found.quarantined["line"].to_pylist() == [2, 8]
    assert all(raw.startswith("A1001,") for raw in found.quarantined["raw"].to_pylist())


@pytest.mark.parametrize(
    ("merged", "aside", "cell"),
    [
        ("I2:I4", ["A1002", "A1003"], "I3"),
        ("H2:H3", ["A1002"], "H3"),
        ("B3:E4", ["A1002", "A1003"], "D3"),
        ("C2:D2", ["A1001"], "D2"),
        ("A2:A3", ["A1002"], "A3"),
        ("L1:M9", [], ""),
    ],
    ids=["services", "codes", "children", "names", "ids", "nobody's columns"],
)
def test_what_a_merged_cell_covers_is_not_taken_for_empty(
    tmp_path: Path, merged: str, aside: list[str], cell: str
) -> None:
    """A service that keeps to itself would be nobody's, and shared."""
    made = book(cells())
    made.active.merge_cells(merged)
    found = read_book(tmp_path, made)
    assert ids(found) == [ident for ident in ALL if ident not in aside]
    assert dict(found.reasons) == ({"missing_column": len(aside)} if aside else {})
    assert found.quarantined["cell"].to_pylist()[:1] == ([cell] if cell else [])


def test_a_title_over_merged_cells_covers_no_record(tmp_path: Path) -> None:
    made = book(cells(), before=[["Appointments"]])
    made.active.merge_cells("A1:I1")
    assert ids(read_book(tmp_path, made, header_after=1)) == ALL


@pytest.mark.parametrize(
    ("cell", "reason"),
    [(date(2026, 3, 2), "excel_serial"), (time(3, 2), "excel_serial"), (1.2345678901234e15, "nhs_scientific")],
)
def test_an_id_that_a_spreadsheet_made_another_of_sets_its_row_aside(tmp_path: Path, cell: object, reason: str) -> None:
    """MAR-02 is a date to it, and of sixteen digits it keeps fifteen."""
    rows = cells()
    rows[1][0] = cell
    found = read_book(tmp_path, book(rows))
    assert (ids(found), dict(found.reasons), found.unreadable) == ([i for i in ALL if i != "A1002"], {reason: 1}, True)
    assert found.quarantined["cell"].to_pylist() == ["A3"]


def test_an_own_number_that_became_a_date_is_none(tmp_path: Path) -> None:
    rows = cells()
    rows[1][8] = date(2026, 3, 2)
    whole = content(book(rows))
    by = agency(columns={"child_local_id": "service", "service": None}, format="excel", files="*.xlsx")
    found = reading(tmp_path, whole, by, "extract.xlsx")
    assert found.rows["child_local_id"].to_pylist()[:3] == ["Paediatrics", None, "Paediatrics"]
    assert dict(found.reasons) == {"excel_serial": 1}


# ---------------------------------------------------------------- what is made to hurt, or lies


def sheet_of(made: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(made)).read(SHEET).decode()


def row_of(made: bytes, number: int) -> str:
    found = re.search(rf'<row r="{number}".*?</row>', sheet_of(made), re.DOTALL)
    assert found
    return found[0]


def test_two_cells_or_rows_that_claim_one_place_condemn_the_file(tmp_path: Path) -> None:
    """A reader keeps the last, and a child would be gone without a word."""
    whole = content(book(cells()))
    third, fourth = row_of(whole, 3), row_of(whole, 4)
    for old, new in (
        ('<c r="H3"', '<c r="H2"'),
        ('<c r="I3"', '<c r="H3"'),
        (third, third + third),
        (fourth, fourth.replace('r="4"', 'r="3"').replace('4"', '3"')),
        (third + fourth, fourth + third),
    ):
        assert dict(read_book(tmp_path, parts_changed(whole, SHEET, old, new)).reasons) == {"content_type": 1}


def test_what_one_reader_would_pass_over_condemns_the_file(tmp_path: Path) -> None:
    whole = content(book(cells()))
    more = row_of(whole, 3).replace('3"', '9"')
    for old, new in (
        ("</sheetData>", f"</sheetData><sheetData>{more}</sheetData>"),
        ("<v>40921</v>", "<v>40921</v><v>40922</v>"),
    ):
        assert dict(read_book(tmp_path, parts_changed(whole, SHEET, old, new)).reasons) == {"content_type": 1}


def test_rows_that_do_not_say_their_number_are_read(tmp_path: Path) -> None:
    whole = content(book(cells()))
    unsaid = re.sub(r'<row r="\d+"', "<row", sheet_of(whole))
    assert ids(read_book(tmp_path, parts_changed(whole, SHEET, sheet_of(whole), unsaid))) == ALL
    unsaid = re.sub(r'<c r="[A-Z]+\d+"', "<c", unsaid)
    assert ids(read_book(tmp_path, parts_changed(whole, SHEET, sheet_of(whole), unsaid))) == ALL


def test_rows_are_told_apart_over_more_than_one_piece_of_the_sheet(tmp_path: Path) -> None:
    rows = [[*cells()[0][:8], f"{'x' * 200}{number}"] for number in range(6_000)]
    for number, row in enumerate(rows):
        row[0] = f"A{number}"
    whole = content(book(rows))
    assert len(sheet_of(whole)) > 3 << 20
    assert len(ids(read_book(tmp_path, whole))) == 6_000
    last = parts_changed(whole, SHEET, '<c r="H6001"', '<c r="H2"')
    assert dict(read_book(tmp_path, last).reasons) == {"content_type": 1}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<row r="3"', '<row r="3" ht="0" customHeight="1"'),
        ('<row r="3"', '<row r="3" hidden="true"'),
        ('defaultRowHeight="15"', 'defaultRowHeight="15" zeroHeight="1"'),
        ("<sheetData>", '<cols><col min="3" max="3" width="0" customWidth="1"/></cols><sheetData>'),
        ("<sheetData>", '<cols><col min="3" max="3" width="9" hidden="1"/></cols><sheetData>'),
    ],
    ids=["of no height", "hidden", "hidden unless said", "column of no width", "hidden column"],
)
def test_what_nobody_who_opens_the_sheet_sees_is_read_and_said(tmp_path: Path, old: str, new: str) -> None:
    found = read_book(tmp_path, parts_changed(content(book(cells())), SHEET, old, new))
    assert (ids(found), dict(found.reasons)) == (ALL, {"extra_sheet": 1})


def test_a_declared_sheet_that_is_hidden_is_read_and_said(tmp_path: Path) -> None:
    made = book(cells())
    made.active.title = "Appointments"
    made.create_sheet("Cover")
    made["Appointments"].sheet_state = "hidden"
    made.active = 1
    found = read_book(tmp_path, made, sheet="Appointments")
    assert (ids(found), dict(found.reasons)) == (ALL, {"extra_sheet": 1})


def test_days_are_counted_from_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    made = book(cells())
    made.epoch = CALENDAR_MAC_1904
    whole = content(made)
    assert b"date1904" in zipfile.ZipFile(io.BytesIO(whole)).read("xl/workbook.xml")
    found = read_book(tmp_path, whole)
    assert found.rows["appointment_at"].to_pylist()[0] == datetime(2026, 3, 2, 9, 30)
    assert found.rows["date_of_birth"].to_pylist()[0] == date(2012, 1, 13)


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE x [<!ENTITY e "boo">]>',
        f"<!--{'x' * 70_000}--><!DOCTYPE x>",
        "<!-- <a -->\n<!DOCTYPE x>",
        "<?x <a?><!DOCTYPE x>",
        f"<!--{'x' * (2 << 20)}-->",
    ],
    ids=["at once", "far down", "behind what looks like a root", "behind an instruction", "too far to look"],
)
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "docProps/core.xml", "xl/_rels/workbook.xml.rels"])
def test_a_document_type_is_refused_wherever_it_stands(tmp_path: Path, prolog: str, part: str) -> None:
    whole = content(book(cells()))
    root = re.search(r"<[A-Za-z][^>]*>", zipfile.ZipFile(io.BytesIO(whole)).read(part).decode())
    assert root
    evil = parts_changed(whole, part, root[0], prolog + root[0])
    assert dict(read_book(tmp_path, evil).reasons) == {"xml_dtd": 1}


def test_a_comment_is_no_document_type(tmp_path: Path) -> None:
    told = parts_changed(content(book(cells())), SHEET, "<worksheet", "<!-- no <!DOCTYPE here --><worksheet")
    assert ids(read_book(tmp_path, told)) == ALL


def test_links_to_other_workbooks_are_refused(tmp_path: Path) -> None:
    out = io.BytesIO(content(book(cells())))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    found = read_book(tmp_path, out.getvalue())
    assert dict(found.reasons) == {"content_type": 1}
    assert "linked to other workbooks" in found.note


def test_an_address_on_the_web_in_a_cell_is_no_link_to_a_workbook(tmp_path: Path) -> None:
    made = book(cells())
    made.active["I2"].hyperlink = "https://example.test/"
    assert len(ids(read_book(tmp_path, made))) == 6


def test_two_workbooks_in_one_file_are_never_read_as_one(tmp_path: Path) -> None:
    whole = content(book(cells()))
    for joined in (whole + content(book(cells()[:1])), b"PK" + whole, whole + b"\n", whole + whole[-22:]):
        assert "content_type" in read_book(tmp_path, joined).reasons
