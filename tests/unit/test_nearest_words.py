"""How far a child is from a rule, in words."""

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter

from wnb.nearest import Nearest, in_words
from wnb.patterns import AnyRule, Rule

RULE: TypeAdapter[Rule] = TypeAdapter(AnyRule)
REPEATED = {"pattern": "repeated", "at_least": 3, "within_days": 60}
ACROSS = {"pattern": "across_agencies", "organisations": 3, "within_days": 60}
UNSEEN = {"pattern": "unseen", "days": 42, "offered_at_least": 2}
FIRST, LAST = date(2026, 11, 14), date(2026, 12, 12)


@pytest.mark.parametrize(
    ("settings", "way", "says"),
    [
        (REPEATED, (1, 0, FIRST, LAST, False), "1 more not brought by 12 December 2026 would reach review"),
        (REPEATED, (1, 0, FIRST, None, False), "1 more not brought would reach review"),
        (
            REPEATED,
            (2, 0, FIRST, None, False),
            "2 more not brought, on different days, within 60 days would reach review",
        ),
        (
            REPEATED | {"unit": "appointments"},
            (2, 0, FIRST, None, False),
            "2 more not brought, within 60 days would reach review",
        ),
        (
            REPEATED,
            (2, 0, FIRST, LAST, False),
            "2 more not brought, on different days, by 12 December 2026 would reach review",
        ),
        (
            REPEATED | {"unit": "appointments", "step": "engage", "only_if": ["looked-after"]},
            (2, 0, FIRST, LAST, False),
            "2 more not brought, while looked after, by 12 December 2026 would reach engage",
        ),
        (
            REPEATED | {"counting": ["unseen", "family_cancelled"]},
            (1, 0, FIRST, LAST, False),
            "1 more cancelled by the family by 12 December 2026 would reach review",
        ),
        (
            REPEATED,
            (1, 0, FIRST, LAST, True),
            "1 more not brought from 14 November 2026 to 12 December 2026 would reach review",
        ),
        (REPEATED, (1, 0, FIRST, None, True), "1 more not brought from 14 November 2026 on would reach review"),
        (
            ACROSS,
            (1, 1, FIRST, LAST, False),
            "1 more not brought, at another organisation, by 12 December 2026 would reach review",
        ),
        (
            ACROSS,
            (3, 1, FIRST, LAST, False),
            "3 more not brought, on different days, 1 of them at another organisation, by 12 December 2026 would "
            "reach review",
        ),
        (
            ACROSS,
            (2, 2, FIRST, LAST, False),
            "2 more not brought, on different days, at 2 other organisations, by 12 December 2026 would reach review",
        ),
        (UNSEEN, (0, 0, LAST, None, False), "12 December 2026 would reach review if nobody sees the child before"),
        (
            UNSEEN,
            (1, 0, LAST, None, False),
            "1 more not brought, by 12 December 2026 would reach review then, if nobody sees the child before",
        ),
        (
            UNSEEN,
            (1, 0, LAST, FIRST, False),
            "1 more not brought by 14 November 2026 would reach review on 12 December 2026 if nobody sees the child "
            "before",
        ),
    ],
)
def test_how_far_in_words(settings: dict[str, Any], way: tuple[Any, ...], says: str) -> None:
    ordinary = {"id": "r", "title": "t", "step": "review", "in_force_from": "2026-01-01", "source": "s"}
    assert in_words(RULE.validate_python(ordinary | settings), Nearest(*way, scope=0)) == says
