"""What a rule may not say, and how it says what it may."""

import subprocess
import sys
from datetime import date
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from wnb.patterns import KINDS, Account, AnyRule, Rule
from wnb.patterns.words import COUNTED_AS, WHILE, from_to, on_day
from wnb.terms import Status

RULE: TypeAdapter[Rule] = TypeAdapter(AnyRule)
ORDINARY = {"id": "r", "title": "t", "step": "review", "in_force_from": "2026-01-01", "source": "s"}
REPEATED = {"pattern": "repeated", "at_least": 3, "within_days": 60}
ACROSS = {"pattern": "across_agencies", "organisations": 2, "within_days": 60}
SHARE = {"pattern": "share", "at_least_percent": 50, "of_at_least": 4, "within_days": 60}
UNSEEN = {"pattern": "unseen", "days": 42, "offered_at_least": 2}
FAMILY = {"pattern": "family", "children": 2, "at_least": 2, "within_days": 60}
RUN = {"pattern": "in_a_row", "at_least": 2}


def rule(**settings: Any) -> Rule:
    return RULE.validate_python(ORDINARY | settings)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (REPEATED | {"at_least": 0}, "greater than or equal to 1"),
        (REPEATED | {"at_least": "3"}, "valid integer"),
        (REPEATED | {"within_days": 2}, "do not fit into within_days"),
        (REPEATED | {"organisations": 2}, "Extra inputs"),
        (REPEATED | {"of_which_not_brought": 4}, "of_which_not_brought: 4 of 3"),
        (REPEATED | {"of_which_not_brought": 1, "counting": ["unseen"]}, "needs not_brought among"),
        (REPEATED | {"counting": []}, "name at least one"),
        (REPEATED | {"counting": ["attended"]}, "not_brought"),
        (REPEATED | {"only_if": ["on-a-plan"]}, "known statuses"),
        (REPEATED | {"step": "escalate"}, "a count alone never goes to social care"),
        (REPEATED | {"step": "escalate", "only_if": ["section-47", "looked-after"]}, "a count alone never"),
        (RUN | {"of_which_not_brought": 3}, "of_which_not_brought: 3 of 2"),
        (RUN | {"within_days": 1}, "do not fit into within_days"),
        (ACROSS | {"organisations": 1}, "greater than or equal to 2"),
        (ACROSS | {"scope": "agency"}, "leave scope out"),
        (ACROSS | {"at_least": 1, "unit": "appointments"}, "cannot be at 2 organisations"),
        (ACROSS | {"at_least": 0}, "greater than or equal to 1"),
        (ACROSS | {"of_which_not_brought": 3}, "of_which_not_brought: 3 of 2"),
        (ACROSS | {"within_days": 1}, "do not fit into within_days"),
        (SHARE | {"at_least_percent": 0}, "greater than 0"),
        (SHARE | {"at_least_percent": 101}, "less than or equal to 100"),
        (SHARE | {"at_least_percent": 33.333}, "at most two decimals"),
        (SHARE | {"within_days": 3}, "do not fit into within_days"),
        (UNSEEN | {"of_which_not_brought": 3}, "of_which_not_brought: 3 of 2"),
        (FAMILY | {"children": 1}, "greater than or equal to 2"),
        (FAMILY | {"children": 13}, "less than or equal to 12"),
        (FAMILY | {"of_which_not_brought": 3}, "of_which_not_brought: 3 of 2"),
        (FAMILY | {"within_days": 1}, "do not fit into within_days"),
        (FAMILY | {"list": "own-agency"}, "which an agency's own list may not tell"),
        ({"pattern": "neighbours"}, "does not match any of the expected tags"),
    ],
)
def test_what_a_rule_may_not_say(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        rule(**settings)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (REPEATED, "Not brought on 3 or more days within 60 days"),
        (REPEATED | {"unit": "appointments"}, "Not brought to 3 or more appointments within 60 days"),
        (
            REPEATED | {"counting": ["not_brought", "family_cancelled"], "of_which_not_brought": 1},
            "Not brought or cancelled by the family on 3 or more days within 60 days, at least 1 of them not brought",
        ),
        (
            REPEATED | {"counting": ["family_cancelled", "unseen"], "unit": "appointments"},
            "3 or more appointments cancelled by the family or brought but not seen within 60 days",
        ),
        (
            RUN | {"scope": "service"},
            "Not brought on 2 or more days in a row within 365 days, judged in each service by itself",
        ),
        (
            ACROSS | {"none_seen_between": True, "only_if": ["looked-after", "child-protection-plan&disability"]},
            "Not brought on 2 or more days within 60 days, at 2 or more organisations, nobody having seen the child "
            "between, while looked after or on a child protection plan and with a recorded disability",
        ),
        (SHARE, "Not brought on 50% or more of at least 4 days offered within 60 days"),
        (
            SHARE | {"at_least_percent": 33.33, "unit": "appointments"},
            "Not brought to 33.33% or more of at least 4 appointments offered within 60 days",
        ),
        (FAMILY, "Not brought on 2 or more days within 60 days, each of 2 or more children of one household"),
        (
            FAMILY | {"children": 3, "scope": "agency", "list": "own-agency", "unit": "appointments"},
            "Not brought to 2 or more appointments within 60 days, each of 3 or more children of one household, "
            "judged at each agency by itself",
        ),
        (UNSEEN, "Not seen by anybody for 42 days, with appointments offered on 2 or more days since"),
        (
            UNSEEN | {"unit": "appointments"},
            "Not seen by anybody for 42 days, with 2 or more appointments offered since",
        ),
    ],
)
def test_a_rule_in_words(settings: dict[str, Any], says: str) -> None:
    assert rule(**settings).says() == says


def test_no_sentence_blames_a_child() -> None:
    account = Account(
        first_day=date(2026, 1, 5), last_day=date(2026, 3, 4), count=3, appointments=4, not_brought=1, organisations=2,
        agencies=2, offered=5, first_met_on=date(2026, 3, 4), last_met_on=date(2026, 3, 4),
    )  # fmt: skip
    for settings in (REPEATED, RUN, ACROSS, SHARE, FAMILY, UNSEEN):
        for unit in ("days", "appointments"):
            asked = rule(**settings, unit=unit, counting=["not_brought", "family_cancelled", "unseen"])
            for sentence in (asked.says(), asked.explain(account)):
                assert not {"fail", "failed", "neglect", "dna", "refused"} & set(sentence.lower().split())


def test_the_years_are_said_where_they_differ() -> None:
    assert from_to(date(2025, 12, 20), date(2026, 1, 3)) == "20 December 2025 to 3 January 2026"
    assert from_to(date(2026, 1, 5), date(2026, 3, 4)) == "5 January to 4 March 2026"
    assert from_to(date(2026, 1, 5), date(2026, 1, 19)) == "5 to 19 January 2026"
    assert from_to(date(2026, 1, 5), date(2026, 1, 5)) == on_day(date(2026, 1, 5)) == "5 January 2026"


def test_every_kind_is_one_that_a_rule_may_be() -> None:
    """The table and the type that reads `rules.yaml` name the same patterns, by the same word."""
    union = get_args(AnyRule)[0]
    assert set(get_args(union)) == set(KINDS.values())
    for word, kind in KINDS.items():
        assert get_args(kind.model_fields["pattern"].annotation) == (word,)


def test_every_status_and_way_of_counting_has_words() -> None:
    assert set(WHILE) == set(Status)
    assert set(COUNTED_AS) == set(get_args(get_args(Rule.model_fields["counting"].annotation)[0]))


def test_at_least_left_out_is_as_many_as_organisations() -> None:
    assert rule(**ACROSS).numbers() == rule(**ACROSS, at_least=2).numbers()


def test_reading_the_rules_costs_no_compiler() -> None:
    seen = "import sys, wnb.patterns; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
