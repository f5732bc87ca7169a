"""The lake: a generation is there whole, as it was written, or it is not used."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from tests.slots import ATTENDED, BOOKED, changes, laid, told
from wnb.bands import Counted
from wnb.errors import SafetyStop
from wnb.ingest.deliveries import Snapshot
from wnb.store.lake import DECIDED, IDENTITIES, AgencyState, Generation, Lake, Unread

NIGHT = date(2026, 3, 2)
STATE = AgencyState(
    first_night=NIGHT,
    last_extract_date=NIGHT,
    snapshots=(
        Snapshot(NIGHT, 7, 12, ("east", "west"), None, ("A9",), withdraws=False),
        Snapshot(NIGHT, 8, 3, None, date(2026, 1, 1)),
    ),
    unread=(Unread(7, "abc", False, 2, (("field_count", 2),)),),
    counts=(Counted(date(2026, 11, 12), 7, 12, 3, 9, 1, 2),),
    said=(("a.csv", "0" * 64),),
)


def generation(name: str, *rows: tuple[str, int, object]) -> Generation:
    facts = laid(changes(), [told(1, *rows)])[-1].held  # type: ignore[arg-type]
    decided = [
        {"outcome": 1, "age": 1, "child_key": f"nhs:{n:010d}", "known": 20_000} for n in range(facts.num_rows)
    ]  # fmt: skip
    return Generation(
        name=name,
        last_sequence=8,
        facts={"hospital-a": facts},
        decided={"hospital-a": pa.Table.from_pylist(decided, schema=DECIDED)},
        identities=pa.Table.from_pylist([{"key": "nhs:0000000001", "first_night": 20_000}], schema=IDENTITIES),
        agencies={"hospital-a": STATE, "never-heard": AgencyState()},
    )


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_a_generation_comes_back_as_it_was_written(lake: Lake) -> None:
    written = generation("one", ("A1", 1, ATTENDED), ("A2", 2, BOOKED))
    lake.write(written, Generation())
    found = lake.open("one")
    assert (found.name, found.last_sequence, found.agencies) == ("one", 8, dict(written.agencies))
    assert found.facts["hospital-a"].equals(written.facts["hospital-a"])
    assert found.decided["hospital-a"].to_pylist() == written.decided["hospital-a"].to_pylist()
    assert found.identities.equals(written.identities)


def test_before_the_first_night_nothing_is_held(lake: Lake) -> None:
    nothing = lake.open("")
    assert nothing.held(changes()).num_rows == 0
    assert nothing.state("hospital-a") == AgencyState()


@pytest.mark.parametrize(
    "file", ["facts-hospital-a.parquet", "decided-hospital-a.parquet", "identities.parquet", "manifest.json"]
)
@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_file_that_is_not_as_it_was_written_stops_the_night(lake: Lake, file: str, harm: str) -> None:
    lake.write(generation("one", ("A1", 1, ATTENDED)), Generation())
    path = lake.folder / "one" / file
    content = path.read_bytes()
    path.unlink()
    if harm == "changed":
        path.write_bytes(content[:-1] + b"!")
    with pytest.raises(SafetyStop, match=r"one"):
        lake.open("one")


def test_facts_that_did_not_change_are_the_same_file(lake: Lake) -> None:
    lake.write(generation("one", ("A1", 1, ATTENDED)), Generation())
    before = lake.open("one")
    lake.write(replace(before, name="two"), before)
    files = [lake.folder / name / "facts-hospital-a.parquet" for name in ("one", "two")]
    assert files[0].samefile(files[1])
    lake.keep_only({"two"})
    assert lake.open("two").facts["hospital-a"].equals(before.facts["hospital-a"])


def test_facts_that_changed_are_another_file(lake: Lake) -> None:
    lake.write(generation("one", ("A1", 1, ATTENDED)), Generation())
    before = lake.open("one")
    lake.write(generation("two", ("A1", 1, BOOKED)), before)
    assert lake.open("one").facts["hospital-a"]["told"].to_pylist() == [ATTENDED]
    assert lake.open("two").facts["hospital-a"]["told"].to_pylist() == [BOOKED]


def test_a_generation_half_written_is_no_generation_and_is_written_again(lake: Lake) -> None:
    (lake.folder / ".one").mkdir(parents=True)
    (lake.folder / ".one" / "facts-other.parquet").write_bytes(b"half")
    lake.write(generation("one", ("A1", 1, ATTENDED)), Generation())
    assert list(lake.open("one").facts) == ["hospital-a"]
    assert not (lake.folder / ".one").exists()


def test_only_what_is_needed_is_kept(lake: Lake) -> None:
    for name in ("one", "two"):
        lake.write(generation(name, ("A1", 1, ATTENDED)), Generation())
    (lake.folder / ".three").mkdir()
    lake.keep_only({"two"})
    assert [path.name for path in lake.folder.iterdir()] == ["two"]


def test_where_there_is_no_lake_there_is_nothing_to_remove(lake: Lake) -> None:
    lake.keep_only(set())
    assert not lake.folder.exists()


def test_a_column_that_an_earlier_version_did_not_know_is_empty(lake: Lake) -> None:
    written = generation("one", ("A1", 1, ATTENDED), ("A2", 2, BOOKED))
    facts = written.facts["hospital-a"]
    lake.write(replace(written, facts={"hospital-a": facts.drop_columns(["deprivation"])}), Generation())
    found = lake.open("one").facts["hospital-a"]
    assert found.schema.equals(facts.schema)
    assert found["deprivation"].null_count == 2


def test_a_column_without_which_nothing_can_be_said_stops_the_night(lake: Lake) -> None:
    written = generation("one", ("A1", 1, ATTENDED))
    lake.write(replace(written, facts={"hospital-a": written.facts["hospital-a"].drop_columns(["told"])}), Generation())
    with pytest.raises(SafetyStop, match="written without told"):
        lake.open("one")
