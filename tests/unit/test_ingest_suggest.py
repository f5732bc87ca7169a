"""A YAML proposed for a file never seen, and how a file departs from its own."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.extracts import HEADER, LONDON, NIGHT, ROWS, agency, ids, lines, row
from wnb.config import Agency
from wnb.ingest.departure import departure
from wnb.ingest.reading import read
from wnb.ingest.suggest import form_of, suggest


def loaded(text: str) -> Agency:
    return Agency.model_validate(YAML(typ="safe").load(text))


def written(folder: Path, content: bytes) -> Path:
    path = folder / "content"
    path.write_bytes(content)
    return path


def test_what_is_proposed_reads_the_file_it_was_proposed_for(tmp_path: Path) -> None:
    header = "Appt ID;NHS No.;Surname;Forename;D.O.B.;Post Code;Appointment Date/Time;Attendance Status;Clinic"
    body = [
        text.replace(",", ";").replace("CANP", "Cancelled by Patient").replace("DNA", "Did Not Attend") for text in ROWS
    ]
    body = [text.replace("ATT;", "Finished;") for text in body]
    content = written(tmp_path, "\r\n".join(["Extract", "", header, *body, ""]).replace("Zoe", "Zoë").encode("cp1252"))
    told = suggest(content, "clinic_2026-03-20.csv")
    by = loaded(told.yaml)
    assert (by.extract.encoding, by.extract.delimiter, by.extract.extract_date) == ("cp1252", ";", "%Y-%m-%d")
    assert by.outcomes["Did Not Attend"].word == "not_attended"
    assert "DECIDE" in told.yaml
    assert len(ids(read(content, "clinic_2026-03-20.csv", by, LONDON, NIGHT))) == 6


def test_nothing_of_a_child_is_in_a_proposal(tmp_path: Path) -> None:
    told = suggest(written(tmp_path, lines()), "extract.csv")
    for text in ROWS:
        for value in text.split(",")[:6]:
            assert value not in told.yaml + " ".join(told.doubts)


def test_a_code_that_nobody_knows_is_left_for_a_person(tmp_path: Path) -> None:
    told = suggest(written(tmp_path, lines(*ROWS, row(1, appt_id="A9", status="Q7"))), "extract.csv")
    assert '# "Q7":' in told.yaml
    assert "Q7" not in loaded(told.yaml).outcomes


def test_a_date_that_may_be_read_in_two_ways_is_doubted() -> None:
    form, evidence = form_of(["01/02/2026", "03/04/2026"], typed=False)
    assert form == "%d/%m/%Y"
    assert "DECIDE: %m/%d/%Y fits as many" in evidence
    assert "DECIDE" not in form_of(["01/02/2026", "13/04/2026"], typed=False)[1]


def test_a_number_is_known_by_what_it_holds(tmp_path: Path) -> None:
    told = suggest(written(tmp_path, lines(header=HEADER.replace("nhs_number", "identifier"))), "extract.csv")
    assert loaded(told.yaml).columns.nhs_number == ("identifier",)


def test_a_file_of_no_extract_is_said_to_be_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a PDF"):
        suggest(written(tmp_path, b"%PDF-1.7"), "extract.csv")


def test_a_file_that_keeps_to_its_contract_departs_in_nothing(tmp_path: Path) -> None:
    told = departure(written(tmp_path, lines()), "extract.csv", agency(), "2026-04-01")
    assert (told.words, told.yaml) == ((), "")


def test_a_renamed_column_and_a_new_code_come_as_a_version_to_paste(tmp_path: Path) -> None:
    content = written(
        tmp_path,
        lines(
            *ROWS,
            row(1, appt_id="A9", status="WNB"),
            header=HEADER.replace("dob", "DOB_").replace("status", "statuses"),
        ),
    )
    told = departure(content, "extract.csv", agency(), "2026-03-01")
    assert told.words[0] == '"status" (outcome) is gone; most like it is "statuses"'
    raw = {**YAML(typ="safe").load(told.yaml)}
    by = Agency.model_validate(
        {**agency().model_dump(by_alias=True, exclude_unset=True), **_words(agency()), **raw}
    ).as_of(NIGHT)
    assert len(ids(read(content, "extract.csv", by, LONDON, NIGHT))) == 6
    again = departure(content, "extract.csv", by, "2026-03-01")
    assert again.words == ('"WNB" is a new code: 1 rows, 1 children',)
    assert '"WNB": was_not_brought' in again.yaml


def _words(by: Agency) -> dict[str, object]:
    return {"outcomes": {code: outcome.word for code, outcome in by.outcomes.items()}}
