"""How a file departs from its own YAML, and the version to paste, which then reads it."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.extracts import HEADER, LONDON, NAMES, NIGHT, ROWS, agency, ids, lines, row
from wnb.agency import Agency
from wnb.ingest.departure import Departure, departure
from wnb.ingest.glimpse import glimpse
from wnb.ingest.reading import read
from wnb.placing import DECIDE

MANY = tuple(row(1 + at % 6, appt_id=f"A{at:04d}") for at in range(60))


def departs(folder: Path, content: bytes, by: Agency | None = None, before: bytes | None = None) -> Departure:
    path = folder / "content"
    path.write_bytes(content)
    earlier = None
    if before is not None:
        (folder / "before").write_bytes(before)
        earlier = glimpse(folder / "before", "before.csv")
    return departure(glimpse(path, "extract.csv"), by or agency(), "2026-03-01", earlier)


def pasted(told: Departure, by: Agency | None = None) -> Agency:
    """The agency with the version pasted under its YAML."""
    base = by or agency()
    words = {"outcomes": {code: outcome.word for code, outcome in base.outcomes.items()}}
    return Agency.model_validate(
        {**base.model_dump(by_alias=True, exclude_unset=True), **words, **YAML(typ="safe").load(told.yaml)}
    ).as_of(NIGHT)


def test_a_file_that_keeps_to_its_contract_departs_in_nothing(tmp_path: Path) -> None:
    told = departs(tmp_path, lines())
    assert (told.words, told.yaml) == ((), "")


def test_a_renamed_column_comes_as_a_version_that_reads_the_file(tmp_path: Path) -> None:
    content = lines(*MANY, header=HEADER.replace("dob", "DOB_").replace("status", "statuses"))
    told = departs(tmp_path, content)
    assert told.words[0] == '"status" (outcome) is gone; most like it is "statuses"'
    by = pasted(told)
    assert len(ids(read(tmp_path / "content", "extract.csv", by, LONDON, NIGHT))) == 60
    assert departs(tmp_path, content, by).words == ()


def test_a_column_of_another_name_is_known_by_what_it_holds(tmp_path: Path) -> None:
    told = departs(tmp_path, lines(*MANY, header=HEADER.replace("nhs_number", "x").replace("status", "y")))
    assert '"nhs_number" (nhs_number) is gone; most like it is "x"' in told.words
    assert '"status" (outcome) is gone; most like it is "y"' in told.words


def test_two_columns_that_could_be_the_one_that_is_gone_are_for_a_person(tmp_path: Path) -> None:
    header = HEADER.replace("nhs_number", "x1").replace("postcode", "x2")
    body = [row(1 + at % 6, appt_id=f"A{at:04d}", postcode="9990001006") for at in range(40)]
    told = departs(tmp_path, lines(*body, header=header), agency(columns={"postcode": None}))
    assert f"nhs_number: {DECIDE}" in told.yaml


def test_what_is_like_nothing_is_for_a_person_to_say_or_to_take_away(tmp_path: Path) -> None:
    names = [name for name in NAMES if name != "service"]
    body = [text.rpartition(",")[0] for text in MANY]
    told = departs(tmp_path, lines(*body, header=",".join(names)))
    assert told.words == ('"service" (service) is gone',)
    assert YAML(typ="safe").load(told.yaml)["versions"][0]["columns"] == {"service": DECIDE}
    assert "null: there is none any more" in told.yaml


def test_a_new_code_is_counted_with_its_children(tmp_path: Path) -> None:
    body = [row(1 + at % 2, appt_id=f"B{at}", status="WNB") for at in range(4)]
    told = departs(tmp_path, lines(*MANY, *body, row(1, appt_id="C1", status="Q7")))
    assert '"WNB" is a new code: 4 rows, 2 children' in told.words
    assert '"WNB": was_not_brought' in told.yaml
    assert f'"Q7": {DECIDE}' in told.yaml


def test_a_new_value_that_could_be_of_a_person_is_counted_and_not_shown(tmp_path: Path) -> None:
    told = departs(tmp_path, lines(*MANY, row(1, appt_id="C1", status="with Mrs Smith")))
    assert "other new codes, not shown since they could be of a person: 1 rows, 1 children" in told.words
    assert "Smith" not in " ".join(told.words) + told.yaml


def test_another_form_of_dates_comes_as_a_version_that_reads_the_file(tmp_path: Path) -> None:
    body = [row(1 + at % 6, appt_id=f"A{at:04d}", appt_start=f"{1 + at % 28:02}.02.2026 09:30") for at in range(60)]
    content = lines(*body)
    told = departs(tmp_path, content)
    assert told.words[0].startswith('"appt_start" (appointment_at): 0 of 60 values have the declared form; 60 of 60')
    assert len(ids(read(tmp_path / "content", "extract.csv", pasted(told), LONDON, NIGHT))) == 60


def test_dates_that_no_value_decides_are_for_a_person(tmp_path: Path) -> None:
    body = [row(1 + at % 6, appt_id=f"A{at}", appt_start=f"0{1 + at % 3}/02/2026 09:30") for at in range(9)]
    told = departs(tmp_path, lines(*body))
    assert f"format: {DECIDE}" in told.yaml
    assert '"%d/%m/%Y %H:%M" or "%m/%d/%Y %H:%M"' in told.yaml


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (lines(*MANY).replace(b",", b";"), "delimiter"),
        (lines(*MANY).decode().replace("Zoe", "Zoë").encode("cp1252"), "encoding"),
        (b"Extract of clinics\n\n" + lines(*MANY), "header_after"),
    ],
)
def test_another_form_of_the_file_comes_as_a_version_that_reads_it(tmp_path: Path, content: bytes, key: str) -> None:
    told = departs(tmp_path, content)
    assert told.words[0].startswith(f"{key}: the YAML says")
    assert len(ids(read(tmp_path / "content", "extract.csv", pasted(told), LONDON, NIGHT))) == 60


def test_yesterdays_header_stands_beside_todays(tmp_path: Path) -> None:
    told = departs(tmp_path, lines(*MANY, header=HEADER.replace("status", "state")), before=lines(*ROWS))
    assert ("status", "state", "outcome: likely the same") in told.header
    assert ("appt_id", "appt_id", "appointment_id") in told.header


def test_nothing_of_a_child_stands_in_a_departure(tmp_path: Path) -> None:
    header = HEADER.replace("status", "x1").replace("family_name", "x2").replace("given_name", "x3")
    told = departs(tmp_path, lines(*MANY, header=header), before=lines(*ROWS))
    said = " ".join(told.words) + told.yaml + str(told.header) + str(told.codes)
    for text in ROWS:
        for value in text.split(",")[:6]:
            assert value not in said
