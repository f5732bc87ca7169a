"""The invented partnerships: made by a seed, written by the contract that reads them, and like the place."""

import csv
import filecmp
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import nhs_number
import numpy as np
import pytest
from pydantic import TypeAdapter
from ruamel.yaml import YAML
from stdnum.gb import upn

from wnb.agency import Agency
from wnb.config import load
from wnb.demo import fixtures, year
from wnb.demo.big import BIG_AGENCY, HEADER, one_big_extract
from wnb.demo.habits import HABITS
from wnb.demo.partnership import LAST_NIGHT, generate
from wnb.demo.people import AREAS, invent, nhs_numbers
from wnb.demo.scribe import codes_of
from wnb.errors import UsageFault
from wnb.ingest.reading import read
from wnb.ingest.verdict import Reading
from wnb.rules import Rules
from wnb.terms import MEANING, Meaning, Outcome

ROOT = Path(__file__).parents[2]
LONDON = ZoneInfo("Europe/London")
PROPOSAL = "A proposal for the safeguarding lead"


def files_under(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def same(one: Path, other: Path) -> bool:
    names = files_under(one)
    return names == files_under(other) and not filecmp.cmpfiles(one, other, map(str, names), shallow=False)[1]


def readings(inbox: Path) -> Iterator[tuple[Path, Reading]]:
    for name, agency in load(ROOT / "config").agencies.items():
        for path in sorted((inbox / name).iterdir()):
            yield path, read(path, path.name, agency, LONDON, LAST_NIGHT)


def test_the_fixtures_are_made_again_byte_for_byte(tmp_path: Path) -> None:
    fixtures.write(tmp_path)
    assert same(tmp_path / "inbox", ROOT / "fixtures" / "inbox")
    assert same(tmp_path / "late", ROOT / "fixtures" / "late")


def test_every_file_of_the_fixtures_is_read_by_the_contract_it_was_written_by() -> None:
    set_aside = {}
    for path, reading in readings(ROOT / "fixtures" / "inbox"):
        assert not reading.rejected, f"{path.name}: {reading.note}"
        assert reading.records, path.name
        if reading.quarantined.num_rows:
            set_aside[path.name] = dict(reading.reasons)
    assert set_aside == {"OP_2026-10-23.csv": {"unknown_status": 1}}


def test_a_partnership_is_a_function_of_its_seed(tmp_path: Path) -> None:
    made = generate(tmp_path / "one", children=120, nights=9, seed=7)
    generate(tmp_path / "same", children=120, nights=9, seed=7)
    generate(tmp_path / "other", children=120, nights=9, seed=8)
    assert same(tmp_path / "one", tmp_path / "same")
    assert not same(tmp_path / "one", tmp_path / "other")
    assert made.nights == tuple(date(2026, 11, day) for day in range(7, 16))
    assert made.files == len(files_under(tmp_path / "one" / "inbox"))


def test_a_partnership_is_read_without_a_fault(tmp_path: Path) -> None:
    made = generate(tmp_path / "place", children=400, nights=5, seed=3)
    configuration = load(made.folder / "config")
    assert configuration.path("inbox") == made.folder / "inbox"
    assert configuration.partnership.settle_seconds == 0
    assert {rule.in_force_from <= made.nights[0] for rule in configuration.rules.rules} == {True}
    records = 0
    for path, reading in readings(made.folder / "inbox"):
        assert not reading.rejected, f"{path.name}: {reading.note}"
        assert not reading.quarantined.num_rows, path.name
        records += reading.records
    assert records == made.rows


def test_rules_are_in_force_from_the_first_night_of_a_long_demonstration(tmp_path: Path) -> None:
    made = generate(tmp_path / "place", children=5, nights=90, seed=1)
    assert {rule.in_force_from for rule in load(made.folder / "config").rules.rules} == {made.nights[0]}


@pytest.mark.parametrize(("children", "nights", "seed"), [(0, 1, 1), (1, 0, 1), (1, 1, -1), (10_000_000, 1, 1)])
def test_what_cannot_be_made_is_refused(children: int, nights: int, seed: int, tmp_path: Path) -> None:
    with pytest.raises(UsageFault):
        generate(tmp_path / "place", children, nights, seed)


def test_a_folder_that_holds_anything_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    with pytest.raises(UsageFault, match="not empty"):
        generate(tmp_path, 1, 1, 1)
    assert files_under(tmp_path) == {Path("mine.txt")}


def test_nhs_numbers_are_valid_never_issued_and_all_different() -> None:
    numbers = nhs_numbers(3_000, np.random.default_rng(1)).tolist()
    assert len(set(numbers)) == len(numbers)
    assert all(nhs_number.is_valid(str(number)) and str(number).startswith("999") for number in numbers)
    assert 9999999999 not in nhs_numbers(900_000, np.random.default_rng(1))
    assert nhs_numbers(10, np.random.default_rng(1)).tolist() == numbers[:10]


def test_children_are_children_with_valid_school_numbers_and_nobodys_address() -> None:
    children = invent(2_000, LAST_NIGHT, np.random.default_rng(5)).children
    ages = (np.datetime64(LAST_NIGHT) - children["date_of_birth"].to_numpy().astype("datetime64[D]")).astype(
        int
    ) / 365.25
    assert ages.min() > 0
    assert 0 < (ages >= 18).mean() < 0.03
    assert all(upn.is_valid(number) for number in children["upn"])
    assert children["upn"].is_unique
    assert {postcode.split()[0] for postcode in children["postcode"]} == set(AREAS)
    assert (children.groupby("household")["family_name"].nunique() == 1).all()


def test_about_three_appointments_a_year_of_which_nine_in_a_hundred_are_missed() -> None:
    place = invent(6_000, LAST_NIGHT, np.random.default_rng(2))
    nights = year.Nights(date(2026, 10, 19), LAST_NIGHT)
    found = year.appointments(place, nights, 3.0, np.random.default_rng(3))
    day = found["appointment_at"].to_numpy().astype("datetime64[D]")
    a_year = found[(day > np.datetime64("2025-11-01")) & (day <= np.datetime64("2026-11-01"))]
    assert 2.4 < len(a_year) / 6_000 < 3.1
    outcome = a_year["word"].map({told.word: MEANING[told] for told in Outcome})
    missed = (outcome == Meaning.NOT_BROUGHT) | (a_year["word"] == "not_attended")
    assert 0.075 < missed.mean() < 0.105
    by_household = missed.groupby(place.children["household"].to_numpy()[a_year["child"]]).agg(["sum", "count"])
    busy = by_household[by_household["count"] >= 8]
    assert (busy["sum"] / busy["count"] > 0.3).mean() > 0.01  # chance alone would give hardly any


def test_appointments_fall_on_working_days_and_schools_keep_their_holidays() -> None:
    place = invent(1_500, LAST_NIGHT, np.random.default_rng(2))
    found = year.appointments(place, year.Nights(date(2026, 10, 19), LAST_NIGHT), 3.0, np.random.default_rng(3))
    when = found["appointment_at"].dt
    assert set(found["agency"][when.day_of_week == 5]) == {"lea-bridge-outpatients"}
    assert not (when.day_of_week == 6).any()
    assert not ((when.month == 12) & (when.day == 25)).any()
    assert not ((found["agency"] == "school-nursing") & (when.month == 8)).any()


def test_every_agency_has_a_code_for_every_way_in_which_it_misses() -> None:
    agencies = load(ROOT / "config").agencies
    assert set(agencies) == set(HABITS)
    for name, habit in HABITS.items():
        assert set(habit.missed) <= set(codes_of(agencies[name])), name


def test_one_big_extract_is_the_same_and_is_read_whole(tmp_path: Path) -> None:
    for name in ("2026-11-15.csv", "again.csv"):
        one_big_extract(tmp_path / name, rows=5_000, seed=4)
    assert filecmp.cmp(tmp_path / "2026-11-15.csv", tmp_path / "again.csv", shallow=False)
    agency = TypeAdapter(Agency).validate_python(YAML(typ="safe").load(BIG_AGENCY))
    reading = read(tmp_path / "2026-11-15.csv", "2026-11-15.csv", agency, LONDON, LAST_NIGHT)
    assert (reading.records, reading.rows.num_rows, reading.superseded) == (5_000, 5_000, 0)
    assert not reading.reasons
    with (tmp_path / "2026-11-15.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == list(HEADER)
    assert len(HEADER) == 16


def test_a_damaged_one_is_damaged_in_about_four_rows_in_a_hundred(tmp_path: Path) -> None:
    one_big_extract(tmp_path / "2026-11-15.csv", rows=5_000, seed=4, defective=True)
    agency = TypeAdapter(Agency).validate_python(YAML(typ="safe").load(BIG_AGENCY))
    reading = read(tmp_path / "2026-11-15.csv", "2026-11-15.csv", agency, LONDON, LAST_NIGHT)
    assert not reading.rejected
    assert reading.records == 5_000
    assert 0.03 < sum(reading.reasons.values()) / 5_000 < 0.05


def test_no_number_of_a_rule_is_called_a_fact_without_its_source() -> None:
    shipped = load(ROOT / "config").rules
    broad = TypeAdapter(Rules).validate_python(
        YAML(typ="safe").load((ROOT / "config" / "examples" / "rules-broad.yaml").read_text("utf-8"))
    )
    assert (shipped.approved_by, broad.approved_by) == ("", "")
    assert not {rule.id for rule in shipped.rules} & {rule.id for rule in broad.rules}
    for rule in (*shipped.rules, *broad.rules):
        assert (
            "proposal" in rule.source.lower()
            or "audits of 2018/19" in rule.source
            or "safeguarding lead" in rule.source
        )
        if rule.source.startswith("A proposal"):
            assert rule.source.startswith(PROPOSAL)


def test_the_practice_configuration_cannot_be_taken_for_a_live_one() -> None:
    configuration = load(ROOT / "config")
    assert configuration.partnership.governance.missing
    assert "(invented)" in configuration.partnership.partnership
    assert {door.local_authority for door in configuration.casework.front_doors} == {"Hackney", "City of London"}
