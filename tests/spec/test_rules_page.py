"""`docs/rules.md` is what the examples say, and says enough of every pattern."""

from pathlib import Path

import pytest

from tests.spec.rules_page import MODULES, page, told
from wnb.patterns import KINDS, Rule

RULES = Path(__file__).parents[2] / "docs" / "rules.md"


def test_the_page_is_what_the_examples_say() -> None:
    assert RULES.read_text("utf-8") == page(), "make rules-page writes it again"


@pytest.mark.parametrize("pattern", KINDS)
def test_every_pattern_has_examples_that_meet_it_and_that_do_not(pattern: str) -> None:
    examples = [e for test in told() if test.module == f"test_{pattern}" for e in test.examples]
    assert {e.settings["pattern"] for e in examples} == {pattern}
    assert sum(e.finds is not None for e in examples) >= 2
    assert sum(e.finds is None for e in examples) >= 1


@pytest.mark.parametrize("pattern", KINDS)
def test_every_setting_says_what_it_means(pattern: str) -> None:
    without = [name for name, field in KINDS[pattern].model_fields.items() if not field.description]
    assert without == ["pattern"]


def test_no_example_is_left_out() -> None:
    there = {path.stem for path in Path(__file__).parent.glob("test_*.py")} - {"test_rules_page"}
    assert there == set(MODULES)
    assert set(Rule.model_fields) - {"pattern"}
