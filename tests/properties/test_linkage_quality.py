"""On an invented register of a known truth: nothing is joined wrongly, and hardly a child is left unfound.

The rates of slips are those of `tests/benchmarks/register.py`; `make bench` measures a million records.
"""

from functools import cache
from pathlib import Path
from typing import Any

from tests.benchmarks.linkage import judged
from tests.benchmarks.register import register
from wnb.config import load
from wnb.linkage import Model

CONFIG = Path(__file__).parents[2] / "config"
RECORDS = 30_000


@cache
def found() -> dict[str, Any]:
    return judged(register(RECORDS, seed=11), Model.read(load(CONFIG).linkage))


def test_what_is_joined_without_a_person_is_right() -> None:
    assert found()["joined_precision"] >= 0.9999


def test_what_is_joined_or_suggested_is_nearly_everything() -> None:
    assert found()["recall_joined_or_suggested"] >= 0.98


def test_most_of_what_a_person_is_asked_is_so() -> None:
    assert found()["suggestions_right"] >= 0.98


def test_no_group_of_names_is_asked_about_in_vain_much_more_than_another() -> None:
    right = [group["suggestions_right"] for group in found()["by_names"].values() if group["suggestions"] >= 50]
    assert len(right) >= 5
    assert max(right) - min(right) <= 0.08


def test_numbers_typed_for_a_brother_or_sister_are_among_the_records_and_join_nobody() -> None:
    assert found()["numbers_of_another"] > 0
    assert found()["records_joined_wrongly"] == 0
