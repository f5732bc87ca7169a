"""Who is marked "review, high volume": many appointments, few of them missed, and nothing else to say."""

import pytest
from pydantic import TypeAdapter

from wnb.high_volume import is_high_volume
from wnb.patterns import AnyRule, Rule
from wnb.rules import HighVolume

GUARD = HighVolume(of_at_least=10, share_below_percent=20)


def rule(pattern: str, step: str = "review", **settings: object) -> Rule:
    told = {"id": pattern.replace("_", "-"), "title": "A rule", "pattern": pattern, "step": step, "source": "a test"}
    read: Rule = TypeAdapter(AnyRule).validate_python({**told, "in_force_from": "2026-01-01", **settings})
    return read


TWO = rule("repeated", at_least=2, within_days=365)
ENGAGE = rule("repeated", "engage", at_least=2, within_days=365)
ON_A_PLAN = rule("repeated", "escalate", at_least=1, within_days=365, only_if=["section-47"])
RUN = rule("in_a_row", at_least=2)
SEVERAL = rule("across_agencies", organisations=2, at_least=2, within_days=90)
NOBODY_SAW = rule("unseen", days=90, offered_at_least=2)


@pytest.mark.parametrize(
    ("met", "offered", "missed", "at_risk", "marked"),
    [
        pytest.param([TWO], 10, 1, False, True, id="ten offered, one missed"),
        pytest.param([TWO, ENGAGE], 40, 7, False, True, id="two rules, both counts"),
        pytest.param([TWO], 10, 2, False, False, id="a fifth is not below a fifth"),
        pytest.param([TWO], 9, 1, False, False, id="nine are not many"),
        pytest.param([TWO], 40, 3, True, False, id="a risk status goes before"),
        pytest.param([TWO, RUN], 40, 3, False, False, id="a run goes before"),
        pytest.param([TWO, SEVERAL], 40, 3, False, False, id="several agencies go before"),
        pytest.param([NOBODY_SAW], 40, 3, False, False, id="nobody saw the child"),
        pytest.param([TWO, ON_A_PLAN], 40, 3, False, False, id="decide today goes before"),
        pytest.param([], 40, 3, False, False, id="nothing is met tonight"),
        pytest.param([TWO], 0, 0, False, False, id="nothing was offered"),
    ],
)
def test_many_visits_and_few_misses_are_marked_and_nothing_pressing_is(
    met: list[Rule], offered: int, missed: int, at_risk: bool, marked: bool
) -> None:
    assert is_high_volume(met, offered, missed, at_risk, GUARD) is marked
