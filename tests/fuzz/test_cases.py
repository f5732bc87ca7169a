"""A short slice of the fuzz, the same every time, and every finding of the long one."""

from pathlib import Path

import pytest

from tests.fuzz.case import Case, make
from tests.fuzz.containers import CONTAINERS, mutated, told_wrongly
from tests.fuzz.oracle import judge
from tests.fuzz.typed import TYPED, judged

FOUND = sorted((Path(__file__).parent / "found").glob("*.json"))
FOUND_BYTES = sorted((Path(__file__).parent / "found").glob("*.bytes"))
SLICE = 60


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_what_was_once_found_is_mended(path: Path, tmp_path: Path) -> None:
    assert judge(Case.load(path), tmp_path) == []


def test_bytes_that_were_once_a_fault_of_the_program_are_none(tmp_path: Path) -> None:
    for path in FOUND_BYTES:
        container = next(each for each in sorted(CONTAINERS, key=len, reverse=True) if path.stem.startswith(each))
        assert (path.name, told_wrongly(container, path.read_bytes(), tmp_path)) == (path.name, [])


@pytest.mark.parametrize("part", range(4))
def test_nobody_is_lost_and_nothing_bent_in_silence(part: int, tmp_path: Path) -> None:
    for number in range(part, SLICE, 4):
        case = make(f"slice-{number}")
        assert (case.seed, case.damage, judge(case, tmp_path)) == (case.seed, case.damage, [])


@pytest.mark.parametrize("container", CONTAINERS)
def test_no_bytes_of_any_container_are_a_fault_of_the_program(container: str, tmp_path: Path) -> None:
    for number in range(12):
        assert told_wrongly(container, mutated(container, f"slice-{number}"), tmp_path) == []


@pytest.mark.parametrize("form", TYPED)
def test_of_a_typed_extract_each_value_is_its_truth_or_none(form: str, tmp_path: Path) -> None:
    for number in range(25):
        bent, faults = judged(form, f"slice-{number}", tmp_path)
        assert (number, bent.damage, faults) == (number, bent.damage, [])


def test_an_oracle_that_sees_nothing_would_be_of_no_use(tmp_path: Path) -> None:
    """Bent truths are found out: another name, a child that is not there, a file that must be refused."""
    case = next(case for case in (make(f"oracle-{n}") for n in range(200)) if not case.damage and len(case.truth) > 2)
    first, second = list(case.truth)[:2]
    other = {**case.truth, first: [*case.truth[first][:5], "Somebody", *case.truth[first][6:]]}
    more = {**case.truth, "never there": case.truth[second]}
    fewer = {name: told for name, told in case.truth.items() if name != first}
    words = [
        " ".join(judge(Case(**{**vars(case), **changed}), tmp_path))
        for changed in ({"truth": other}, {"truth": more}, {"truth": fewer}, {"refuse": True})
    ]
    assert "is bent" in words[0]
    assert "has vanished" in words[1]
    assert "never was" in words[2]
    assert "must be refused" in words[3]
