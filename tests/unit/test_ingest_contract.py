"""Values proven into their types, or named as what they are: what sets a row aside, and what condemns a file."""

from datetime import date, datetime
from pathlib import Path

import pytest

from tests.extracts import LONDON, ROWS, agency, ids, lines, outcome, reading, row
from wnb.agency import Agency
from wnb.ingest.moments import Form, why
from wnb.ingest.reading import read
from wnb.ingest.reasons import REASONS
from wnb.ingest.verdict import Reading
from wnb.terms import APPOINTMENT, QUARANTINE, STATUS_ROW, Outcome


def only(found: Reading, column: str) -> object:
    """The one value of a file with one accepted row."""
    (value,) = found.rows[column].to_pylist()
    return value


def test_a_sound_row_becomes_typed(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(ROWS[0]))
    assert found.rows.schema == APPOINTMENT
    assert found.quarantined.schema == QUARANTINE
    (first,) = found.rows.to_pylist()
    assert {name: value for name, value in first.items() if value is not None} == {
        "line": 2,
        "appointment_id": "A1001",
        "appointment_at": datetime(2026, 3, 2, 9, 30),
        "original_code": "DNA",
        "told": Outcome.NOT_ATTENDED,
        "nhs_number": 9_990_001_006,
        "nhs_number_as_given": "9990001006",
        "given_name": "Amara",
        "family_name": "SMITH",
        "date_of_birth": date(2012, 1, 13),
        "postcode": "ZZ1 0ZZ",
        "service": "Paediatrics",
        "manages_own_appointments": False,
        "unverified": False,
    }


# ---------------------------------------------------------------- identity


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("", "nhs_missing"),
        ("9990001007", "nhs_check_digit"),
        ("999000100", "nhs_length"),
        ("1111111111", "nhs_placeholder"),
        ("UNKNOWN", "nhs_placeholder"),
        ("9.99E+09", "nhs_scientific"),
        ("-9990001006", "nhs_length"),
    ],
)
def test_a_number_that_does_not_verify_never_drops_its_row(tmp_path: Path, number: str, reason: str) -> None:
    found = reading(tmp_path, lines(ROWS[1], row(1, nhs_number=number)))
    assert ids(found) == ["A1002", "A1001"]
    assert found.rows["unverified"].to_pylist() == [False, True]
    assert found.rows["nhs_number"].to_pylist() == [9_990_001_073, None]
    assert found.rows["nhs_number_as_given"].to_pylist() == ["9990001073", number or None]
    assert (dict(found.reasons), found.unverified) == ({reason: 1}, 1)


def test_one_number_of_two_people_is_nobodys(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(ROWS[0], row(2, nhs_number="9990001006"), ROWS[2]))
    assert found.rows["nhs_number"].to_pylist() == [None, None, 9_990_001_146]
    assert (dict(found.reasons), found.unverified) == ({"identity_conflict": 2}, 2)


@pytest.mark.parametrize("other", [{"dob": "2012-01-14"}, {"family_name": "SMYTH"}, {"dob": "", "given_name": "Zoe"}])
def test_one_number_with_one_difference_is_a_slip_and_not_two_people(tmp_path: Path, other: dict[str, str]) -> None:
    found = reading(tmp_path, lines(ROWS[0], row(1, appt_id="A2", **other)))
    assert found.rows["nhs_number"].to_pylist() == [9_990_001_006] * 2


def test_twins_with_a_number_each_are_no_conflict(tmp_path: Path) -> None:
    twin = row(2, family_name="SMITH", dob="2012-01-13")
    assert outcome(reading(tmp_path, lines(ROWS[0], twin))) == "accepted"


def test_where_no_number_is_declared_the_agencys_own_suffices(tmp_path: Path) -> None:
    by = agency({"nhs_number": None, "child_local_id": "nhs_number"})
    assert only(reading(tmp_path, lines(row(1, nhs_number="77"))), "unverified")
    found = reading(tmp_path, lines(row(1, nhs_number=" 77 "), row(2, nhs_number="")), by)
    assert found.rows["child_local_id"].to_pylist() == ["77", None]
    assert found.rows["unverified"].to_pylist() == [False, True]


# ---------------------------------------------------------------- dates


@pytest.mark.parametrize(
    "at",
    [
        "",
        "2026-02-30 09:30",
        "2026-3-2 09:30",
        "2026-03-02",
        " 2026-03-02 09:30",
        "2026-03-02 24:00",
        "0026-03-02 09:30",
    ],
)
def test_an_appointment_that_cannot_be_placed_in_time_is_set_aside(tmp_path: Path, at: str) -> None:
    found = reading(tmp_path, lines(ROWS[1], row(1, appt_start=at)))
    assert (ids(found), dict(found.reasons)) == (["A1002"], {"invalid_date": 1})
    assert found.quarantined.select(["line", "column", "raw"]).to_pylist() == [
        {"line": 3, "column": "appt_start", "raw": row(1, appt_start=at)}
    ]
    assert "%Y-%m-%d %H:%M" in found.quarantined["remedy"][0].as_py()


@pytest.mark.parametrize(
    ("born", "reason"),
    [
        ("", "dob_missing"),
        ("2012-02-30", "invalid_date"),
        ("1899-12-31", "dob_placeholder"),
        ("1850-06-01", "invalid_date"),
        ("1900-01-01", "dob_placeholder"),
        ("9999-12-31", "dob_placeholder"),
        ("2012", "dob_partial"),
        ("2012-03", "dob_partial"),
        ("2012-00-00", "dob_partial"),
        ("2012-01-12 23:00:00", "dob_has_time"),
        ("not known", "invalid_date"),
    ],
)
def test_a_date_of_birth_that_does_not_verify_never_drops_its_row(tmp_path: Path, born: str, reason: str) -> None:
    found = reading(tmp_path, lines(ROWS[1], row(1, dob=born)))
    assert ids(found) == ["A1002", "A1001"]
    assert found.rows["date_of_birth"].to_pylist() == [date(2013, 2, 14), None]
    assert (found.rows["unverified"].to_pylist(), dict(found.reasons)) == ([False, True], {reason: 1})


def test_a_date_of_birth_at_midnight_is_that_day_with_a_word(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(*ROWS[1:4], row(1, dob="2012-01-13 00:00:00")))
    assert found.rows["date_of_birth"].to_pylist()[-1] == date(2012, 1, 13)
    assert (found.unverified, dict(found.reasons)) == (0, {"dob_has_time": 1})


def test_born_after_the_appointment_is_set_aside_and_on_its_day_is_not(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(row(1, dob="2026-03-02"), row(2, dob="2026-03-04")))
    assert (ids(found), dict(found.reasons)) == (["A1001"], {"dob_after_appointment": 1})


DAY_FIRST = {"date_of_birth": {"column": "dob", "format": "%d/%m/%Y"}}


def test_a_day_first_date_is_read_day_first_however_it_looks(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(row(1, dob="03/02/2012"), row(2, dob="14/02/2013")), agency(DAY_FIRST))
    assert found.rows["date_of_birth"].to_pylist() == [date(2012, 2, 3), date(2013, 2, 14)]


@pytest.mark.parametrize(
    ("born", "reason"), [("01/13/2012", "date_format_drift"), ("13/01/12", "two_digit_year"), ("40921", "excel_serial")]
)
def test_one_swapped_or_shortened_date_condemns_the_file(tmp_path: Path, born: str, reason: str) -> None:
    days = ("01/01/2012", "02/02/2012", "03/03/2012", born)
    content = lines(*[row(number, dob=day) for number, day in enumerate(days, 1)])
    found = reading(tmp_path, content, agency(DAY_FIRST))
    assert (outcome(found), dict(found.reasons)) == ("rejected", {reason: 1})
    assert born not in found.note
    assert found.note.startswith('column "dob" (line 5): ')


def test_a_column_that_is_mostly_written_otherwise_condemns_the_file(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(), agency(DAY_FIRST))
    assert (outcome(found), found.reasons["date_format_drift"]) == ("rejected", 6)


@pytest.mark.parametrize(
    ("form", "text", "meant"),
    [
        ("%Y-%m-%dT%H:%M:%SZ", "2026-06-01T23:30:00Z", datetime(2026, 6, 2, 0, 30)),
        ("%Y-%m-%dT%H:%M:%S%z", "2026-06-01T23:30:00Z", datetime(2026, 6, 2, 0, 30)),
        ("%Y-%m-%dT%H:%M:%S%z", "2026-03-01T23:30:00+0000", datetime(2026, 3, 1, 23, 30)),
        ("%Y-%m-%dT%H:%M:%S%z", "2026-03-02T00:30:00+02:00", datetime(2026, 3, 1, 22, 30)),
        ("%d-%b-%Y %I:%M %p", "02-Mar-2026 12:30 AM", datetime(2026, 3, 2, 0, 30)),
        ("%d %B %Y", "02 March 2026", datetime(2026, 3, 2)),
        ("%Y%m%d%H%M", "202603020930", datetime(2026, 3, 2, 9, 30)),
    ],
)
def test_times_are_told_by_the_partnerships_clocks(tmp_path: Path, form: str, text: str, meant: datetime) -> None:
    by = agency({"appointment_at": {"column": "appt_start", "format": form}})
    found = reading(tmp_path, lines(row(1, appt_start=text)), by, night=date(2026, 7, 1))
    assert only(found, "appointment_at") == meant


@pytest.mark.parametrize(
    ("at", "reasons"),
    [
        ("2026-03-29 01:30", {"nonexistent_local_time": 1}),
        ("2026-03-29 02:00", {}),
        ("2026-10-25 01:30", {"ambiguous_local_time": 1}),
        ("2026-10-25 02:00", {}),
    ],
)
def test_times_that_never_were_or_were_twice_are_said_and_the_day_stands(
    tmp_path: Path, at: str, reasons: dict[str, int]
) -> None:
    found = reading(tmp_path, lines(*ROWS[1:4], row(1, appt_start=at)), night=date(2026, 11, 1))
    assert (ids(found)[-1], dict(found.reasons)) == ("A1001", reasons)


def test_what_is_told_as_over_cannot_lie_ahead_but_a_cancellation_can(tmp_path: Path) -> None:
    ahead = {"appt_start": "2026-03-21 09:30"}
    content = lines(
        row(1, **ahead),
        row(2, status="CANP", **ahead),
        row(3, status="BOOKED", **ahead),
        row(4, appt_start="2026-03-20 23:59"),
    )
    found = reading(tmp_path, content)
    assert (ids(found), dict(found.reasons)) == (["A1002", "A1003", "A1004"], {"outcome_in_future": 1})


@pytest.mark.parametrize(
    "record",
    [
        "A1001,9990001006,SM,ITH,Amara,2012-01-13,2026-03-02 09:30,DNA,Paediatrics",
        "A1001,9990001006,SMITH,Amara,,2012-01-13,2026-03-02 09:30,DNA,Paediatrics",
        "A1001,9990001006,SMITH,2012-01-13,ZZ1,0ZZ,2026-03-02 09:30,DNA,Paediatrics",
    ],
    ids=["one delimiter in the name, and no postcode", "the date one on", "the date one back"],
)
def test_cells_that_stand_beside_their_columns_set_their_row_aside(tmp_path: Path, record: str) -> None:
    """Two errors that make up for one another: as many fields as the header, and somebody else's name."""
    found = reading(tmp_path, lines(record, ROWS[1]))
    assert (ids(found), dict(found.reasons)) == (["A1002"], {"field_count": 1})
    assert found.quarantined["column"].to_pylist() == ["dob"]
    assert found.unreadable  # its id may be another cell as well: no snapshot withdraws by it


def test_digits_alone_in_another_column_are_no_date(tmp_path: Path) -> None:
    by = agency(columns={"date_of_birth": {"column": "dob", "format": "%Y%m%d"}})
    found = reading(tmp_path, lines(row(1, dob="unknown", service="20120113")), by)
    assert (ids(found), dict(found.reasons)) == (["A1001"], {"invalid_date": 1})


@pytest.mark.parametrize("ident", ["1.23457E+15", "1E+12", "1.234567890123457e+18"])
def test_an_id_that_a_spreadsheet_has_rounded_names_nothing(tmp_path: Path, ident: str) -> None:
    """Many ids have become this one: a correction would meet another child's appointment."""
    found = reading(tmp_path, lines(row(1, appt_id=ident), row(2, appt_id="12E+K"), ROWS[2]))
    assert (ids(found), dict(found.reasons)) == (["12E+K", "A1003"], {"nhs_scientific": 1})
    assert found.unreadable


def test_an_own_number_that_a_spreadsheet_has_rounded_joins_nobody(tmp_path: Path) -> None:
    body = [f"A{n},1.23457E+15,2026-03-0{n} 09:30,DNA,2012-01-13" for n in (1, 2)]
    by = agency(columns={"child_local_id": "mrn", "nhs_number": None, "given_name": None, "family_name": None,
                         "postcode": None, "service": None})  # fmt: skip
    found = reading(tmp_path, lines(*body, "A3,77,2026-03-03 09:30,DNA,2012-01-13",
                                    header="appt_id,mrn,appt_start,status,dob"), by)  # fmt: skip
    assert found.rows["child_local_id"].to_pylist() == [None, None, "77"]
    assert (found.unverified, dict(found.reasons)) == (2, {"number_missing": 2, "nhs_scientific": 2})


def test_nobody_is_older_than_any_age(tmp_path: Path) -> None:
    """1896 for 1996, or a serial of another calendar: unknown, and never an adult by a slip."""
    found = reading(tmp_path, lines(row(1, dob="1905-02-28"), row(2, dob="1906-03-03")))
    assert found.rows["date_of_birth"].to_pylist() == [None, date(1906, 3, 3)]
    assert (found.unverified, dict(found.reasons)) == (1, {"invalid_date": 1})


@pytest.mark.parametrize("text", ["8", "8.0", " 8 "])
def test_an_age_is_a_whole_number_in_range(tmp_path: Path, text: str) -> None:
    by = agency({"date_of_birth": None, "age_at_appointment": "dob"})
    assert only(reading(tmp_path, lines(row(1, dob=text)), by), "age_at_appointment") == 8


@pytest.mark.parametrize(
    ("text", "reason"), [("-1", "invalid_date"), ("121", "invalid_date"), ("8.5", "invalid_date"), ("", "dob_missing")]
)
def test_an_absurd_age_is_unknown(tmp_path: Path, text: str, reason: str) -> None:
    by = agency({"date_of_birth": None, "age_at_appointment": "dob"})
    found = reading(tmp_path, lines(row(2, dob="8"), row(1, dob=text)), by)
    assert found.rows["age_at_appointment"].to_pylist() == [8, None]
    assert (found.rows["unverified"].to_pylist(), dict(found.reasons)) == ([False, True], {reason: 1})


@pytest.mark.parametrize("text", ["2026-13-01", "2026-02-30", "1-1-2026", "01/02/2026", "", "2026-01-01x"])
def test_the_compiled_reading_of_a_date_and_the_slow_one_agree(text: str) -> None:
    import numpy as np

    form = Form("%Y-%m-%d")
    data = np.frombuffer(text.encode(), np.uint8)
    seconds, standing = form.read(np.array([0, len(data)], np.int32), data)
    assert (seconds[0], standing[0]) == form.read_one(text)


def test_what_a_text_is_instead_of_a_date() -> None:
    form = Form("%d/%m/%Y")
    assert why("02/13/2026", form) == "date_format_drift"
    assert why("31/02/2026", form) == "invalid_date"
    assert why("13/13/2026", form) == "invalid_date"
    assert why("2026-13-02", Form("%Y-%m-%d")) == "invalid_date"


# ---------------------------------------------------------------- codes and characters


def bent(name: str) -> str:
    """A name as it comes from a system that took UTF-8 for Windows' Western letters."""
    return name.encode().decode("cp1252", "replace").replace("\ufffd", "")


@pytest.mark.parametrize("name", ["José’s", "À “demi”", "Ångström", "à\u00a0Paris", "Zoë–Ann", "Müß", "Šárka", "Łucja"])
def test_letters_with_marks_are_no_wrong_decoding(tmp_path: Path, name: str) -> None:
    assert outcome(reading(tmp_path, lines(row(1, given_name=name)))) == "accepted"


@pytest.mark.parametrize("around", ["\ufeff", "\u00a0", "\u200b", " \ufeff", "\u2003"])
def test_what_nobody_sees_around_an_id_makes_it_no_other_appointment(tmp_path: Path, around: str) -> None:
    found = reading(tmp_path, lines(row(1), row(1, appt_id=around + "A1001"), row(1, appt_id="A1001" + around)))
    assert (ids(found), found.superseded) == (["A1001"], 2)


@pytest.mark.parametrize("code", ["X9", "", "DNA?", "dna", "DNA\u200b"])
def test_a_code_that_is_not_declared_sets_its_row_aside(tmp_path: Path, code: str) -> None:
    found = reading(tmp_path, lines(ROWS[1], row(1, status=code)))
    assert ids(found) == ["A1002"]
    assert found.reasons["unknown_status"] == 1
    assert found.quarantined["column"].to_pylist() == ["status"]


def test_spaces_around_a_code_or_an_id_are_no_part_of_it(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(row(1, appt_id=" A1001 ", status="\u00a0DNA ")))
    assert (only(found, "appointment_id"), only(found, "original_code")) == ("A1001", "DNA")


def test_a_row_without_its_id_is_set_aside_and_says_so(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(ROWS[1], row(1, appt_id=" ")))
    assert (ids(found), dict(found.reasons), found.unreadable) == (["A1002"], {"missing_column": 1}, True)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("=1+1", "formula_like"),
        ("+1", "formula_like"),
        ("@SUM(1)", "formula_like"),
        ("\t=1", "formula_like"),
        ("＝1+1", "formula_like"),
        ("<b>Amara</b>", "markup_like"),
        ("Ama\u200bra", "invisible_character"),
        ("ZoÃ«", "mojibake_suspected"),
        ("Zo\ufffd", "mojibake_suspected"),
        ("Oâ€™Brien", "mojibake_suspected"),
        *[(bent(name), "mojibake_suspected") for name in ("Michał", "Wąs", "Żak", "Şahin", "Юлия", "आरव", "Ćwik")],
        ("Ama\u061cra", "invisible_character"),
        ("Ama\u3164ra", "invisible_character"),
    ],
)
def test_strange_text_is_kept_as_it_came_with_a_word(tmp_path: Path, name: str, reason: str) -> None:
    found = reading(tmp_path, lines(*ROWS[1:3], row(1, given_name=name)))
    assert found.rows["given_name"].to_pylist()[-1] == name
    assert dict(found.reasons) == {reason: 1}


@pytest.mark.parametrize(
    "name", ["NULL", "None", "NaN", "TRUE", "Ã", "Âde", "-", "Zoë", "Nguyễn", "<3", "a < b", "%0A=1+1", "x" * 255]
)
def test_unusual_names_are_names(tmp_path: Path, name: str) -> None:
    found = reading(tmp_path, lines(row(1, given_name=name)))
    assert (only(found, "given_name"), dict(found.reasons)) == (name, {})


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("\x1b[31mred", "control_character"),
        ("a\x00b", "control_character"),
        ("a\x85b", "control_character"),
        ("x" * 256, "field_too_long"),
    ],
)
def test_what_no_name_holds_sets_its_row_aside(tmp_path: Path, name: str, reason: str) -> None:
    found = reading(tmp_path, lines(ROWS[1], row(1, given_name=name)))
    assert (ids(found), dict(found.reasons)) == (["A1002"], {reason: 1})
    assert found.quarantined["raw"].to_pylist() == [row(1, given_name=name)]


def test_a_column_that_nobody_declared_is_left_alone(tmp_path: Path) -> None:
    found = reading(
        tmp_path,
        lines(
            ROWS[0] + ',"=1+1\n\x1b"',
            header="appt_id,nhs_number,family_name,given_name,dob,postcode,appt_start,status,service,note",
        ),
    )
    assert outcome(found) == "accepted"


# ---------------------------------------------------------------- groups and statuses


def test_a_snapshot_of_groups_says_which_it_holds(tmp_path: Path) -> None:
    by = agency(delivers="snapshot", snapshot_covers={"column": "service"})
    found = reading(tmp_path, lines(ROWS[0], row(2, service="Eyes"), row(3, service="")), by)
    assert found.groups == {"Paediatrics", "Eyes"}
    assert found.rows["group"].to_pylist() == ["Paediatrics", "Eyes", None]


STATUSES = {
    "agency": "social-care",
    "name": "Social care",
    "kind": "social-care",
    "sharing": "partnership",
    "holds": "statuses",
    "columns": {
        "nhs_number": "nhs",
        "status": "kind",
        "status_from": {"column": "from", "format": "%d/%m/%Y"},
        "status_to": {"column": "to", "format": "%d/%m/%Y"},
    },
    "statuses": {"CPP": "child-protection-plan", "LAC": "looked-after"},
}


def test_statuses_are_rows_of_their_own_kind(tmp_path: Path) -> None:
    path = tmp_path / "statuses"
    path.write_text(
        "nhs,kind,from,to\n9990001006,CPP,01/02/2026,\n9990001073, LAC ,02/02/2026,03/03/2026\n"
        "9990001146,XX,02/02/2026,\n9990001219,CPP,,\n9990001286,CPP,02/02/2026,31/02/2026\n9990001006,CPP,01/02/2026,\n"
    )
    found = read(path, "statuses.csv", Agency.model_validate(STATUSES), LONDON, date(2026, 3, 20))
    assert found.rows.schema == STATUS_ROW
    told = found.rows.select(["status_id", "status", "status_from", "status_to"]).to_pylist()
    assert [tuple(each.values()) for each in told] == [
        ("9990001006|child-protection-plan|2026-02-01", "child-protection-plan", date(2026, 2, 1), None),
        ("9990001073|looked-after|2026-02-02", "looked-after", date(2026, 2, 2), date(2026, 3, 3)),
    ]
    assert dict(found.reasons) == {"exact_duplicate": 1, "invalid_date": 2, "unknown_status": 1}
    assert (found.records, found.superseded, found.quarantined.num_rows) == (6, 1, 3)


@pytest.mark.parametrize("offset", ["+99:99", "+14:01", "-23:00", "+01:60"])
def test_an_offset_that_no_clock_has_is_no_time(tmp_path: Path, offset: str) -> None:
    by = agency({"appointment_at": {"column": "appt_start", "format": "%Y-%m-%dT%H:%M%z"}})
    found = reading(
        tmp_path, lines(row(1, appt_start="2026-03-02T09:30+14:00"), row(2, appt_start=f"2026-03-02T09:30{offset}")), by
    )
    assert (ids(found), dict(found.reasons)) == (["A1001"], {"invalid_date": 1})


PEOPLE = {
    "agency": "register",
    "name": "Register",
    "kind": "school",
    "sharing": "partnership",
    "holds": "people",
    "columns": {
        "child_local_id": "pupil",
        "father": "father",
        "father_asked_on": {"column": "asked", "format": "%d/%m/%Y"},
        "deceased_on": {"column": "died", "format": "%d/%m/%Y"},
    },
}


def register(folder: Path, *asked: str) -> Reading:
    rows = [f"P{at},,{day}," for at, day in enumerate(asked)]
    return reading(folder, lines(*rows, header="pupil,father,asked,died"), Agency.model_validate(PEOPLE))


@pytest.mark.parametrize("day", ["05/14/2026", "31/02/2026", "05/04/26", "46100", "yesterday"])
def test_one_impossible_day_that_nothing_hangs_on_costs_a_register_that_day_and_no_child(
    tmp_path: Path, day: str
) -> None:
    found = register(tmp_path, "01/02/2026", day, "14/02/2026", "15/02/2026")
    assert (found.rows.num_rows, dict(found.reasons)) == (4, {"invalid_date": 1})
    assert found.rows["father_asked_on"].to_pylist() == [date(2026, 2, 1), None, date(2026, 2, 14), date(2026, 2, 15)]


def test_a_register_of_which_every_such_day_is_the_other_way_round_is_refused_with_its_lines(tmp_path: Path) -> None:
    found = register(tmp_path, "02/14/2026", "02/03/2026", "02/15/2026", "02/16/2026")
    assert outcome(found) == "rejected"
    assert found.note.startswith('column "asked" (lines 2, 4, 5): ')


def test_a_last_day_before_the_first_is_said_as_that_with_an_example_of_a_status(tmp_path: Path) -> None:
    told = ("9990001006,CPP,02/02/2026,01/02/2026", "9990001073,XX,02/02/2026,", "9990001146,CPP,2/2/2026,")
    found = reading(tmp_path, lines(*told, header="nhs,kind,from,to"), Agency.model_validate(STATUSES))
    aside = {each["reason"]: each["remedy"] for each in found.quarantined.to_pylist()}
    assert set(aside) == {"last_day_before_first", "unknown_status", "invalid_date"}
    assert REASONS["last_day_before_first"].meaning == "the last day of a status lies before its first"
    assert aside["unknown_status"].endswith(
        "add it under statuses in its YAML. For example: CPP: child-protection-plan"
    )
    assert aside["invalid_date"].endswith('For example: status_from: {column: Start, format: "%d/%m/%Y"}')
    assert not [each for each in aside.values() if "outcome" in each or "appt" in each]
