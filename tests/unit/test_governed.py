"""Which version of the rules a night uses: the register's on its date, else the file's; and what is said of the two."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.small import NIGHT, RULES, Small
from wnb.config import Configuration
from wnb.errors import ConfigurationFaults
from wnb.governed import Approval, Proposal, Register, governed, rules_of, rules_sha256, same_person
from wnb.rules import Rules

AT = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)
TOMORROW = NIGHT + timedelta(days=1)


def version(name: str, at_least: int = 2, **other: str) -> str:
    text = RULES.replace('version: "1"', f'version: "{name}"').replace("at_least: 2", f"at_least: {at_least}")
    return text + "".join(f"{key}: {value}\n" for key, value in other.items())


def proposed(name: str, at_least: int = 2) -> Proposal:
    text = version(name, at_least)
    return Proposal(name, rules_sha256(rules_of(text, "a test")), text, "B. Officer", AT)


def approved(name: str, since: date) -> Approval:
    return Approval(name, "A. Lead", AT, since)


@pytest.fixture(scope="module")
def by_file(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    return Small.begin(tmp_path_factory.mktemp("file")).configuration


def filed(configuration: Configuration, text: str) -> Configuration:
    """The configuration with another rules.yaml."""
    return replace(configuration, rules=rules_of(text, "a test"), texts={**configuration.texts, "rules.yaml": text})


# ---------------------------------------------------------------- what rules mean


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("version:", "# agreed in May\nversion:"),
        ("at_least: 2,", "at_least: 2, unit: days, counting: [not_brought],"),
        ("recall_days: 28\n", 'approved_by: "A. Lead"\n'),
        ("{id: two-days,", "{list: partnership, id: two-days,"),
    ],
)
def test_layout_comments_defaults_and_who_approved_change_nothing_of_what_rules_mean(now: str, then: str) -> None:
    text = RULES.replace("step: review,\n     list: partnership,", "step: review,")
    assert now in text
    assert rules_sha256(rules_of(text.replace(now, then, 1), "")) == rules_sha256(rules_of(text, ""))


def test_nor_does_the_order_of_rules_or_of_words_that_are_a_set() -> None:
    rule = (
        "{{id: {}, title: t, pattern: repeated, at_least: 2, within_days: 9, step: review, "
        "in_force_from: 2026-01-01, source: s{}}}"
    )
    one = rule.format("a", ", counting: [unseen, not_brought], only_if: [section-47&early-help, disability]")
    same = rule.format("a", ", counting: [not_brought, unseen], only_if: [disability, early-help & section-47]")
    texts = [
        f'version: "1"\nrules: [{x}, {y}]\n' for x, y in ((one, rule.format("b", "")), (rule.format("b", ""), same))
    ]
    assert len({rules_sha256(rules_of(text, "")) for text in texts}) == 1


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ('"1"', '"2"'),
        ("at_least: 2", "at_least: 3"),
        ("title: Not", "title: Was not"),
        ("source: a proposal", "source: somebody's finding"),
        ("recall_days: 28", "recall_days: 29"),
        ("id: two-days", "id: days-two"),
    ],
)
def test_whatever_else_is_said_is_what_rules_mean(now: str, then: str) -> None:
    assert rules_sha256(rules_of(RULES.replace(now, then, 1), "")) != rules_sha256(rules_of(RULES, ""))


def test_nor_does_a_setting_that_a_later_wnb_adds_and_nobody_uses() -> None:
    class Later(Rules):
        """Of a wnb to come."""

        new_setting: int = 3

    told = rules_of(RULES, "").model_dump(by_alias=True)
    assert rules_sha256(Later.model_validate(told)) == rules_sha256(rules_of(RULES, ""))
    assert rules_sha256(Later.model_validate({**told, "new_setting": 4})) != rules_sha256(rules_of(RULES, ""))


def test_a_kept_text_that_can_no_longer_be_read_says_where_it_is_kept() -> None:
    with pytest.raises(ConfigurationFaults, match=r"casebook, rules 7:2:1: .*no such key"):
        rules_of('version: "7"\nof_old: 1\nrules: []\n', "casebook, rules 7")


# ---------------------------------------------------------------- the register


@given(
    given_=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 6)), max_size=7),
    night=st.integers(0, 8),
)
def test_a_night_goes_by_the_latest_from_on_or_before_it_and_of_two_by_the_last_given(
    given_: list[tuple[str, int]], night: int
) -> None:
    register = Register((), tuple(approved(name, NIGHT + timedelta(days=day)) for name, day in given_))
    wanted = None
    for day in range(night + 1):  # as somebody would who turns the pages of a diary
        for name, since in given_:
            wanted = name if since == day else wanted
    found = register.in_force(NIGHT + timedelta(days=night))
    assert (found and found.version) == wanted


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("A. Lead", "a.  lead ", True), ("A. Lead", "B. Lead", False)],
)
def test_capitals_and_spaces_do_not_make_two_people_of_one(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) is same


# ---------------------------------------------------------------- which a night uses


def test_without_a_register_a_night_uses_the_file_as_it_stands(by_file: Configuration) -> None:
    ruled = governed(by_file, Register(), NIGHT, {})
    assert ruled == (by_file, None, (), ())


def test_an_approval_that_begins_later_changes_nothing_yet(by_file: Configuration) -> None:
    register = Register((proposed("2", 3),), (approved("2", TOMORROW),))
    assert governed(by_file, register, NIGHT, {}) == (by_file, None, (), ())
    copied = filed(by_file, version("2", 3))
    [said] = governed(copied, register, NIGHT, {}).remarks
    assert "approved by A. Lead only from 13 November 2026" in said


def test_from_its_night_on_an_approved_version_is_used_though_nobody_copied_the_file(by_file: Configuration) -> None:
    ruled = governed(by_file, Register((proposed("2", 3),), (approved("2", NIGHT),)), NIGHT, {})
    assert ruled.configuration.rules.version == "2"
    assert [rule.fewest for rule in ruled.configuration.rules.rules] == [3, 3]
    assert ruled.configuration.rules.approved_by == "A. Lead on 1 November 2026 (proposed by B. Officer)"
    assert ruled.configuration.sha256 == by_file.sha256
    assert ruled.configuration.texts == by_file.texts
    [said] = ruled.alarms
    assert "config/rules.yaml (version 1) is not in force: version 2 is" in said


def test_a_file_that_says_the_same_in_other_letters_is_what_was_agreed(by_file: Configuration) -> None:
    copied = filed(by_file, "# put here\n" + version("2", 3, approved_by='"somebody else"'))
    ruled = governed(copied, Register((proposed("2", 3),), (approved("2", NIGHT),)), NIGHT, {})
    assert (ruled.alarms, ruled.remarks) == ((), ())
    assert ruled.configuration.rules.approved_by == "A. Lead on 1 November 2026 (proposed by B. Officer)"


def test_an_edit_of_the_file_that_nobody_agreed_is_told_and_not_used(by_file: Configuration) -> None:
    register = Register((proposed("1"), proposed("2", 4)), (approved("1", NIGHT),))
    for edited in (version("1", 5), version("2", 4), version("9", 2)):  # slipped in; proposed only; new
        ruled = governed(filed(by_file, edited), register, NIGHT, {})
        assert [rule.fewest for rule in ruled.configuration.rules.rules] == [2, 2]
        assert len(ruled.alarms) == 1


def test_a_file_that_was_in_force_or_will_be_is_a_remark_and_no_alarm(by_file: Configuration) -> None:
    register = Register(
        (proposed("1"), proposed("2", 3), proposed("3", 4)),
        (approved("1", NIGHT - timedelta(days=9)), approved("2", NIGHT), approved("3", TOMORROW)),
    )
    for name, at_least, words in (("1", 2, "was in force before"), ("3", 4, "is in force from 13 November 2026")):
        ruled = governed(filed(by_file, version(name, at_least)), register, NIGHT, {})
        assert ruled.configuration.rules.version == "2"
        assert ruled.alarms == ()
        assert words in ruled.remarks[0]
        assert "wnb rules show 2 > rules.new" in ruled.remarks[0]


@pytest.mark.parametrize(
    ("earlier", "told"),
    [(version("1", 3), 1), (version("1"), 0), ("# other words\n" + version("1"), 0), (version("0", 3), 0), ("{", 0)],
)
def test_a_file_changed_under_its_old_version_is_told(by_file: Configuration, earlier: str, told: int) -> None:
    ruled = governed(by_file, Register(), NIGHT, {"rules.yaml": earlier})
    assert ruled.configuration is by_file
    assert ["its version is still 1" in words for words in ruled.alarms] == [True] * told
