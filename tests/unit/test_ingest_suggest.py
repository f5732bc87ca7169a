"""A YAML proposed for a file never seen: what is found in it, what is doubted, and what only a person can decide."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from ruamel.yaml import YAML

from tests.extracts import HEADER, LONDON, NIGHT, ROWS, ids, lines, row
from tests.small import nhs_number
from wnb.agency import Agency
from wnb.errors import Fault
from wnb.ingest.code_sets import is_data_dictionary
from wnb.ingest.date_evidence import dated
from wnb.ingest.reading import read
from wnb.ingest.suggest import suggest
from wnb.placing import DECIDE, read_model

DECIDED = {
    "agency": "clinic",
    "name": "Clinic: one",
    "kind": "community",
    "sharing": "fact-only",
    "delivers": "changes",
}
KNOWN = [text.replace("CANP", "Cancelled by Patient") for text in ROWS]


def loaded(text: str) -> Agency:
    return Agency.model_validate(YAML(typ="safe").load(text))


def faults(folder: Path, text: str) -> list[Fault]:
    """What `wnb check` says of a proposal as it stands."""
    path = folder / "clinic.yaml"
    path.write_text(text, "utf-8")
    found: list[Fault] = []
    read_model(path, "agencies/clinic.yaml", Agency, {}, found)
    return found


def written(folder: Path, content: bytes) -> Path:
    path = folder / "content"
    path.write_bytes(content)
    return path


def many(count: int, **changed: str) -> list[str]:
    """So many rows, of six children, each with an id of its own."""
    return [row(1 + at % 6, **{"appt_id": f"A{at:04d}", **changed}) for at in range(count)]


# ---------------------------------------------------------------- what is proposed reads the file, or is not read


def test_what_leaves_nothing_to_decide_loads_and_reads_the_file(tmp_path: Path) -> None:
    header = "Appt ID;NHS No.;Surname;Forename;D.O.B.;Post Code;Appointment Date/Time;Attendance Status;Clinic"
    body = [text.replace(",", ";").replace("DNA", "Did Not Attend").replace("ATT;", "Finished;") for text in KNOWN]
    content = written(tmp_path, "\r\n".join(["Extract", "", header, *body, ""]).replace("Zoe", "Zoë").encode("cp1252"))
    told = suggest(content, "clinic_2026-03-20.csv", DECIDED)
    assert told.undecided == ()
    assert faults(tmp_path, told.yaml) == []
    by = loaded(told.yaml)
    assert (by.name, by.sharing) == ("Clinic: one", "fact-only")
    assert (by.extract.encoding, by.extract.delimiter, by.extract.extract_date) == ("cp1252", ";", "%Y-%m-%d")
    assert by.extract.header_after == 2
    assert by.outcomes["Did Not Attend"].word == "not_attended"
    assert len(ids(read(content, "clinic_2026-03-20.csv", by, LONDON, NIGHT))) == 6


def test_what_a_person_must_decide_is_refused_until_it_is_decided(tmp_path: Path) -> None:
    told = suggest(written(tmp_path, lines(*KNOWN)), "extract.csv")
    found = faults(tmp_path, told.yaml)
    assert [fault.reason.partition(":")[0] for fault in found] == [
        "extract.delivers",
        "sharing",
        "kind",
        "name",
        "agency",
    ]
    assert all("a person has to decide" in fault.reason and fault.remedy for fault in found)
    [line] = [at for at, text in enumerate(told.yaml.split("\n"), 1) if text.startswith("sharing:")]
    assert found[1].place == f"{tmp_path / 'clinic.yaml'}:{line}:1"


def test_a_code_that_nobody_knows_is_for_a_person_and_never_attended(tmp_path: Path) -> None:
    told = suggest(
        written(tmp_path, lines(*KNOWN, *many(30), row(1, appt_id="A9", status="Q7"))), "extract.csv", DECIDED
    )
    assert YAML(typ="safe").load(told.yaml)["outcomes"]["Q7"] == DECIDE
    assert [fault.reason for fault in faults(tmp_path, told.yaml)] == [
        "outcomes.Q7: DECIDE stands where a person has to decide"
    ]


@pytest.mark.parametrize("code", ["Cancelled", "Arrived", "N", "Late", "Left", "Not seen"])
def test_a_code_of_several_senses_is_for_a_person_who_is_told_between_what(tmp_path: Path, code: str) -> None:
    told = suggest(written(tmp_path, lines(*KNOWN, *many(30, status=code))), "extract.csv", DECIDED)
    assert YAML(typ="safe").load(told.yaml)["outcomes"][code] == DECIDE
    assert "30 rows; " in told.yaml


def test_digits_are_the_data_dictionarys_only_where_all_of_them_can_be() -> None:
    assert is_data_dictionary(["5", "3", "E"])
    assert not is_data_dictionary(["1", "2", "9"])
    assert not is_data_dictionary(["2", "3"])


def test_a_name_that_says_nothing_leaves_digits_to_a_person(tmp_path: Path) -> None:
    body = [text.replace("ATT", "5").replace("DNA", "3").replace("Cancelled by Patient", "2") for text in KNOWN]
    content = written(tmp_path, lines(*body))
    assert YAML(typ="safe").load(suggest(content, "e.csv", DECIDED).yaml)["outcomes"] == {
        "3": DECIDE,
        "5": DECIDE,
        "2": DECIDE,
    }
    content = written(tmp_path, lines(*body, header=HEADER.replace("status", "Attended or DNA")))
    assert YAML(typ="safe").load(suggest(content, "e.csv", DECIDED).yaml)["outcomes"]["3"] == "not_attended"


# ---------------------------------------------------------------- nothing of a child


def test_nothing_of_a_child_is_in_a_proposal(tmp_path: Path) -> None:
    told = suggest(written(tmp_path, lines()), "extract.csv")
    for text in ROWS:
        for value in text.split(",")[:6]:
            assert value not in told.yaml + " ".join(told.doubts)


def test_a_column_of_names_is_never_shown_as_codes(tmp_path: Path) -> None:
    header = HEADER.replace("status", "F1").replace("family_name", "F2").replace("given_name", "F3")
    told = suggest(written(tmp_path, lines(*many(60), header=header.replace("service", "F4"))), "extract.csv")
    for name in ("Amara", "SMITH", "KHAN", "Yusuf"):
        assert name not in told.yaml


def test_a_rare_value_in_a_column_of_codes_is_counted_and_not_shown(tmp_path: Path) -> None:
    told = suggest(written(tmp_path, lines(*many(60), row(1, appt_id="A9", status="Saw Gwendolen"))), "extract.csv")
    assert "Gwendolen" not in told.yaml
    assert "1 more values, in 1 rows, are not shown" in " ".join(told.doubts)


def test_a_code_that_holds_somebodys_name_is_not_shown(tmp_path: Path) -> None:
    told = suggest(written(tmp_path, lines(*many(60), *many(9, status="with Smith"))), "extract.csv")
    assert "with Smith" not in told.yaml


def test_a_file_without_a_header_is_refused_and_its_first_row_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no line of column names is found") as refused:
        suggest(written(tmp_path, "".join(f"{text}\n" for text in ROWS).encode()), "extract.csv")
    assert "Amara" not in str(refused.value)


# ---------------------------------------------------------------- columns


def test_a_number_is_known_by_what_it_holds(tmp_path: Path) -> None:
    told = suggest(
        written(tmp_path, lines(*KNOWN, header=HEADER.replace("nhs_number", "identifier"))), "e.csv", DECIDED
    )
    assert loaded(told.yaml).columns.nhs_number == ("identifier",)
    assert "nhs_number: by what it holds, not by its name" in told.doubts


def test_a_mothers_number_is_no_childs(tmp_path: Path) -> None:
    header = HEADER.replace("postcode", "Mother NHS No")
    body = [row(1 + at % 6, appt_id=f"A{at:04d}", postcode="9990001006") for at in range(40)]
    by = YAML(typ="safe").load(suggest(written(tmp_path, lines(*body, header=header)), "e.csv").yaml)
    assert by["columns"]["nhs_number"] == "nhs_number"


def test_a_column_whose_contents_belie_its_name_is_not_taken_and_is_said(tmp_path: Path) -> None:
    body = [row(1 + at % 6, appt_id=f"A{at:04d}", nhs_number=f"99900010{at:02d}"[1:]) for at in range(40)]
    told = suggest(written(tmp_path, lines(*body)), "e.csv")
    assert "nhs_number" not in YAML(typ="safe").load(told.yaml)["columns"]
    assert any('"nhs_number" is named like nhs_number, and 0% of 40 values pass' in doubt for doubt in told.doubts)


def test_two_columns_that_are_as_likely_are_for_a_person(tmp_path: Path) -> None:
    header = HEADER.replace("postcode", "x1").replace("nhs_number", "x2")
    body = [row(1 + at % 6, appt_id=f"A{at:04d}", postcode="9990001006") for at in range(40)]
    told = suggest(written(tmp_path, lines(*body, header=header)), "e.csv")
    assert YAML(typ="safe").load(told.yaml)["columns"]["nhs_number"] == DECIDE
    assert '"x1"' in told.yaml
    assert '"x2"' in told.yaml


def test_no_code_is_listed_of_a_column_that_may_not_be_the_one(tmp_path: Path) -> None:
    header = HEADER.replace("status", "x1").replace("service", "x2")
    body = [row(1 + at % 6, appt_id=f"A{at:04d}", service=("ATT", "DNA")[at % 2]) for at in range(40)]
    told = YAML(typ="safe").load(suggest(written(tmp_path, lines(*body, header=header)), "e.csv").yaml)
    assert (told["columns"]["outcome"], told["outcomes"]) == (DECIDE, DECIDE)


def test_a_households_id_is_no_childs(tmp_path: Path) -> None:
    header = HEADER.replace("postcode", "Patient ID")
    body = [row(1 + at % 6, appt_id=f"A{at:04d}", postcode=f"H{at % 6 // 2}") for at in range(60)]
    told = suggest(written(tmp_path, lines(*body, header=header)), "e.csv")
    assert "child_local_id" not in YAML(typ="safe").load(told.yaml)["columns"]


def test_the_column_of_outcomes_that_a_person_names_is_taken(tmp_path: Path) -> None:
    content = written(tmp_path, lines(*many(60), header=HEADER.replace("status", "F1").replace("service", "F2")))
    told = suggest(content, "e.csv", {**DECIDED, "outcome": "F1"})
    assert loaded(told.yaml).columns.outcome == ("F1",)
    with pytest.raises(ValueError, match='no column is called "F9"'):
        suggest(content, "e.csv", {"outcome": "F9"})


def of_patients(*slips: int, several: tuple[int, ...] = ()) -> list[str]:
    """Two rows of each of six children, each with an id in place of the postcode; some with another NHS number."""
    body = []
    for at in range(12):
        number = row(1 + at % 6).split(",")[1]
        if at in slips:
            number = number[:-1] + str((int(number[-1]) + 1) % 10)  # its check digit is wrong
        if at in several:
            number = row(1 + (at + 1) % 6).split(",")[1]
        body.append(row(1 + at % 6, appt_id=f"A{at:04d}", nhs_number=number, postcode=f"H{1000 + at % 6}"))
    return body


def test_a_slip_in_an_nhs_number_makes_no_id_another_childs(tmp_path: Path) -> None:
    header = HEADER.replace("postcode", "Patient ID")
    told = suggest(written(tmp_path, lines(*of_patients(7), header=header)), "e.csv")
    assert YAML(typ="safe").load(told.yaml)["columns"]["child_local_id"] == "Patient ID"


def test_an_id_that_stands_with_two_sound_numbers_now_and_then_is_for_a_person(tmp_path: Path) -> None:
    header = HEADER.replace("postcode", "Patient ID")
    told = suggest(written(tmp_path, lines(*of_patients(several=(7,)), header=header)), "e.csv")
    assert YAML(typ="safe").load(told.yaml)["columns"]["child_local_id"] == DECIDE
    assert any("stand with several NHS numbers" in doubt for doubt in told.doubts)


# ---------------------------------------------------------------- how often, and of which day


def test_how_often_it_sends_is_proposed_as_a_doubt_until_somebody_says_it(tmp_path: Path) -> None:
    content = written(tmp_path, lines(*KNOWN))
    told = suggest(content, "e.csv", DECIDED)
    assert loaded(told.yaml).extract.expected_every_days == 1
    assert "quarantine_limit_percent: 2" in told.yaml
    assert any(doubt.startswith("expected_every_days: is it every day?") for doubt in told.doubts)
    told = suggest(content, "e.csv", {**DECIDED, "every": "7"})
    assert loaded(told.yaml).extract.expected_every_days == 7
    assert not any(doubt.startswith("expected_every_days") for doubt in told.doubts)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Contacts 14-Nov-2026.csv", "%d-%b-%Y"), ("contacts_14112026.csv", "%d%m%Y"), ("c20261114.csv", "%Y%m%d"),
        ("14 November 2026.csv", "%d %B %Y"), ("c_14.11.2026.csv", "%d.%m.%Y"), ("c_2026_11_14.csv", "%Y_%m_%d"),
    ],
)  # fmt: skip
def test_the_date_in_a_files_name_is_known_by_its_form(tmp_path: Path, name: str, form: str) -> None:
    told = suggest(written(tmp_path, lines(*KNOWN)), name, DECIDED)
    assert loaded(told.yaml).extract.extract_date == form
    assert any(doubt.startswith("extract_date") for doubt in told.doubts) == (form == "%d%m%Y")


def test_a_date_in_a_name_that_no_form_has_is_said_with_how_to_write_one(tmp_path: Path) -> None:
    told = suggest(written(tmp_path, lines(*KNOWN)), "week46of2026.csv", DECIDED)
    assert loaded(told.yaml).extract.extract_date is None
    assert any('extract_date: "%d-%b-%Y" for 14-Nov-2026' in doubt for doubt in told.doubts)


# ---------------------------------------------------------------- dates


def shown(*values: str) -> dict[str, int]:
    return dict.fromkeys(values, 1)


def test_a_date_that_may_be_read_in_two_ways_is_for_a_person() -> None:
    found = dated(shown("01/02/2026", "03/04/2026"))
    assert (found.form, found.rivals) == ("", ("%d/%m/%Y", "%m/%d/%Y"))
    assert "none decides" in found.doubt


def test_the_values_that_decide_between_day_and_month_are_counted() -> None:
    found = dated(shown("01/02/2026", "13/04/2026", "14/04/2026", "15/04/2026"))
    assert (found.form, found.doubt) == ("%d/%m/%Y", "")
    assert "3 of them can only be read with the day first, none with the month first" in found.evidence
    assert "only 1 of 2 values decide" in dated(shown("01/02/2026", "13/04/2026")).doubt
    swapped = dated(shown("04/13/2026", "04/14/2026", "04/15/2026"))
    assert swapped.form == "%m/%d/%Y"
    assert "here days come first" in swapped.doubt


def test_a_value_that_would_condemn_the_file_is_said_to() -> None:
    found = dated({"14/04/2026": 5, "15/04/2026": 5, "46067": 1})
    assert "1 values have no form that wnb reads (excel_serial): a night refuses such a file" in found.doubt


def test_dates_of_two_countries_are_for_a_person() -> None:
    found = dated(shown("13/04/2026", "14/04/2026", "04/15/2026"))
    assert found.form == ""
    assert "2 values are written with the day first and 1 with the month first" in found.doubt


@pytest.mark.parametrize(
    "form",
    ["%d.%m.%Y %H:%M", "%d %b %Y", "%Y%m%d", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f", "%d %B %Y at %H.%M",
     "%m/%d/%Y %I:%M %p", "%Y%m%d%H%M", "%H:%M %d/%m/%Y"],
)  # fmt: skip
def test_a_form_is_known_from_its_values(form: str) -> None:
    moments = [datetime(2026, 1, 1, 8, tzinfo=UTC) + timedelta(days=5 * at, minutes=61 * at) for at in range(70)]
    assert dated(shown(*(moment.strftime(form) for moment in moments))).form == form


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("14/02/26", "a year of two digits"),
        ("1/2/2026", "without the leading zero"),
        ("46067.5", "as a spreadsheet counts days"),
        ("2nd March 2026", "dates in words"),
    ],
)
def test_dates_that_no_form_reads_are_said_to_be_what_they_are(value: str, words: str) -> None:
    found = dated(shown(value))
    assert found.form == ""
    assert words in found.doubt


def test_a_time_of_day_in_a_column_of_its_own_is_said(tmp_path: Path) -> None:
    header = HEADER.replace("appt_start", "Appt Date").replace("service", "Appt Time")
    days = [
        row(1 + at % 6, appt_id=f"A{at}", appt_start=f"2026-03-{1 + at % 28:02}", service="09:30") for at in range(40)
    ]
    told = suggest(written(tmp_path, lines(*days, header=header)), "e.csv")
    assert 'the time of day stands apart in "Appt Time"' in " ".join(told.doubts)


def test_several_forms_are_declared_together_where_no_text_could_be_in_two(tmp_path: Path) -> None:
    body = [row(1 + at % 6, appt_id=f"A{at}", appt_start=f"2026-03-{1 + at % 9:02}T09:30:00Z") for at in range(20)]
    content = written(tmp_path, lines(*many(30), *body))
    told = suggest(content, "e.csv", {**DECIDED, "outcome": "status"})
    assert any("20 values have the form" in doubt for doubt in told.doubts)
    raw = YAML(typ="safe").load(told.yaml)
    assert raw["columns"]["appointment_at"]["format"] == ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S%z"]


# ---------------------------------------------------------------- containers


def test_a_file_of_no_extract_is_said_to_be_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a PDF"):
        suggest(written(tmp_path, b"%PDF-1.7"), "extract.csv")
    with pytest.raises(ValueError, match="without an Appointment"):
        suggest(written(tmp_path, b'{"a": 1}\n'), "extract.ndjson")


def test_a_workbook_with_a_cover_sheet_names_its_sheet(tmp_path: Path) -> None:
    path = tmp_path / "contacts 2026-03-20.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("About").write(0, 0, "Contacts")
        sheet = book.add_worksheet("Contacts")
        day = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for at, line in enumerate([HEADER, *KNOWN]):
            for column, cell in enumerate(line.split(",")):
                if at and column in (4, 6):
                    moment = datetime.fromisoformat(cell)
                    sheet.write_datetime(at, column, moment, day)
                else:
                    sheet.write(at, column, cell)
    told = suggest(path, path.name, DECIDED)
    by = loaded(told.yaml)
    assert by.extract.sheet == "Contacts"
    assert len(ids(read(path, path.name, by, LONDON, NIGHT))) == 6


def test_parquet_and_its_types(tmp_path: Path) -> None:
    names = HEADER.split(",")
    columns = {name: [line.split(",")[at] for line in KNOWN] for at, name in enumerate(names)}
    columns["appt_start"] = [datetime.fromisoformat(text) for text in columns["appt_start"]]  # type: ignore[misc]
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table(columns), path)
    by = loaded(suggest(path, "x.parquet", DECIDED).yaml)
    assert by.extract.format == "parquet"
    assert len(ids(read(path, "x.parquet", by, LONDON, NIGHT))) == 6


def test_fhir_is_counted_and_says_its_own_columns(tmp_path: Path) -> None:
    resources = [{"resourceType": "Patient", "id": "1"}] + [
        {"resourceType": "Appointment", "id": str(at), "status": status}
        for at, status in enumerate(["noshow", "cancelled", "fulfilled", "Amara Smith"])
    ]
    content = written(tmp_path, "".join(json.dumps(each) + "\n" for each in resources).encode())
    told = suggest(content, "x.ndjson", DECIDED)
    assert loaded(told.yaml).extract.format == "fhir-ndjson"
    assert "4 Appointment" in told.yaml
    assert "1 are cancelled without a reason" in " ".join(told.doubts)
    assert "Amara" not in told.yaml


def test_utf_16_and_gzip_are_looked_into(tmp_path: Path) -> None:
    import gzip

    content = written(tmp_path, gzip.compress(lines(*KNOWN)))
    assert loaded(suggest(content, "e.csv.gz", DECIDED).yaml).extract.files == "*.csv"
    content = written(tmp_path, lines(*KNOWN).decode().encode("utf-16"))
    assert loaded(suggest(content, "e.csv", DECIDED).yaml).extract.encoding == "utf-16"


def test_a_last_line_that_states_the_count_is_declared(tmp_path: Path) -> None:
    content = written(tmp_path, lines(*KNOWN, "Total records: 6"))
    by = loaded(suggest(content, "e.csv", DECIDED).yaml)
    assert len(ids(read(content, "e.csv", by, LONDON, NIGHT))) == 6


def test_statuses_of_social_care_are_known_as_such(tmp_path: Path) -> None:
    body = [
        f"{100 + at};9990001006;1{at % 9}/08/2015;{('CPP', 'CIN', 'CLA')[at % 3]};21/12/2024;2{at % 9}/01/2026"
        for at in range(30)
    ]
    content = written(tmp_path, "\n".join(["Client;NHS;DoB;Category;Start;End", *body, ""]).encode())
    told = suggest(content, "statuses.csv", DECIDED)
    by = loaded(told.yaml)
    assert "# one of: child-protection-plan section-47 looked-after" in told.yaml
    assert "a code for a plan that is over" in told.yaml
    assert (by.holds, by.statuses["CPP"].value) == ("statuses", "child-protection-plan")


def test_a_register_of_people_is_known_as_such(tmp_path: Path) -> None:
    """Dates of birth, and nothing that happened: `holds: people`; the mother's number is not the child's."""
    header = "UPN;NHS Number;Forename;Surname;DOB;Postcode;Address;Mother;Mother NHS Number;Siblings;School;Ethnicity"
    names = [("Amara", "Okoro"), ("Ben", "Carvalho"), ("Chidi", "Nwosu"), ("Dara", "Lindqvist")] * 8
    people = [
        f"P{n:04};{nhs_number(n)};{given};{family};{14 + n % 14}/0{1 + n % 9}/2015;ZZ9 {n % 9}ZZ;{n} Lea Road;"
        f"Ada {family};{nhs_number(500 + n)};P{n + 1:04};Marsh primary;{'ABC'[n % 3]}"
        for n, (given, family) in enumerate(names)
    ]
    path = tmp_path / "register_2026-11-12.csv"
    path.write_text("\n".join([header, *people, ""]), "utf-8")
    told = suggest(path, path.name, {**DECIDED, "kind": "school"})
    proposed = YAML(typ="safe").load(told.yaml)
    assert proposed["holds"] == "people"
    columns = proposed["columns"]
    assert {ours: columns.get(ours) for ours in ("nhs_number", "mother_nhs_number", "mother", "address", "school")} == {
        "nhs_number": "NHS Number",
        "mother_nhs_number": "Mother NHS Number",
        "mother": "Mother",
        "address": "Address",
        "school": "School",
    }
    assert columns["sibling_local_ids"] == "Siblings"
    assert "outcomes" not in proposed
    assert faults(tmp_path, told.yaml) == []
