"""What a draft changes, rule by rule, in words that a safeguarding lead reads."""

from tests.small import RULES
from wnb.draft import as_document, changes, in_words, retired, reused
from wnb.governed import rules_of

NEW = """\
  - {id: unseen-long, title: Seen by nobody, pattern: unseen, days: 90, offered_at_least: 2, step: review,
     in_force_from: 2026-01-01, source: a proposal}
"""
BEFORE = rules_of(RULES, "")
DRAFT = rules_of(
    RULES.replace("recall_days: 28", "recall_days: 14")
    .replace("at_least: 2, within_days: 60, step: r", "at_least: 3, within_days: 60, only_if: [looked-after], step: r")
    .partition("  - {id: own-two")[0] + NEW,
    "",
)  # fmt: skip


def test_what_is_added_dropped_and_changed_is_told_each_with_its_meaning() -> None:
    assert list(in_words(changes(BEFORE, DRAFT))) == [
        "+ added    unseen-long: Seen by nobody",
        f"             on the partnership's list, to review with partners: {DRAFT.rules[1].says()}",
        "- dropped  own-two: Not brought twice here",
        f"             was on agencies' own lists, to engage the family: {BEFORE.rules[1].says()}",
        "  Nobody is newly listed by what is dropped. Who is listed by it stays, and the row says that the rule",
        "  changed, until a person closes the case. The id of a dropped rule is never given to another rule.",
        "~ changed  two-days: Not brought on two days",
        f"             before: {BEFORE.rules[0].says()}",
        f"             now:    {DRAFT.rules[0].says()}",
        "             only_if: nothing -> looked-after",
        "             at_least: 2 -> 3",
        "~ for all rules, recall_days: 28 -> 14",
    ]


def test_the_same_for_programs() -> None:
    told = as_document(changes(BEFORE, DRAFT))
    assert [rule["id"] for rule in told["added"]] == ["unseen-long"]
    assert [rule["id"] for rule in told["dropped"]] == ["own-two"]
    [change] = told["changed"]
    assert {"setting": "at_least", "before": 2, "after": 3} in change["settings"]
    assert told["for_all"] == [{"setting": "recall_days", "before": 28, "after": 14}]


def test_title_and_source_are_changes_that_a_lead_sees() -> None:
    other = rules_of(
        RULES.replace("Not brought on two days", "Twice").replace("source: a proposal", "source: NICE", 1), ""
    )
    [change] = changes(BEFORE, other).changed
    assert [setting.name for setting in change.settings] == ["title", "source"]


def test_a_new_version_of_the_same_rules_changes_nothing() -> None:
    same = changes(BEFORE, rules_of(RULES.replace('"1"', '"2"'), ""))
    assert not same.any
    assert list(in_words(same)) == ["= the same two-days, own-two"]


def test_an_id_that_stood_for_another_pattern_is_refused_and_dropped_ones_are_named() -> None:
    used = {"unseen-long": {"repeated"}, "two-days": {"repeated"}, "of-old": {"share"}}
    [wrong] = reused(DRAFT, used)
    assert wrong.startswith("unseen-long: this id was a rule of the pattern repeated, and is unseen here")
    assert retired(DRAFT, used) == ("of-old",)
