"""What a draft changes against other rules, rule by rule, in words that a safeguarding lead reads. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wnb.patterns import Rule
from wnb.rules import Rules
from wnb.terms import Desk, Step

STEPS = {Step.ENGAGE: "engage the family", Step.REVIEW: "review with partners", Step.ESCALATE: "decide today"}
LISTS = {Desk.PARTNERSHIP: "the partnership's list", Desk.OWN_AGENCY: "agencies' own lists"}


@dataclass(frozen=True)
class Setting:
    """One setting that differs, each side as it would stand in the YAML."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Changed:
    """One rule that both have, and in what it differs."""

    before: Rule
    after: Rule
    settings: tuple[Setting, ...]


@dataclass(frozen=True)
class Changes:
    """Everything in which a draft differs from other rules; rules in the order in which they stand there."""

    added: tuple[Rule, ...]
    dropped: tuple[Rule, ...]
    changed: tuple[Changed, ...]
    same: tuple[Rule, ...]
    settings: tuple[Setting, ...]  # of all rules together: recall_days, high_volume …

    @property
    def any(self) -> bool:
        """Whether anything but the version differs."""
        return bool(self.added or self.dropped or self.changed or self.settings)


def changes(before: Rules, after: Rules) -> Changes:
    """What `after` changes against `before`. The version and who approved it are no change of a rule."""
    was, now = ({rule.id: rule for rule in rules.rules} for rules in (before, after))
    both = [(was[rule_id], rule, _differing(was[rule_id], rule)) for rule_id, rule in now.items() if rule_id in was]
    whole = {"version", "approved_by", "rules"}
    return Changes(
        added=tuple(rule for rule_id, rule in now.items() if rule_id not in was),
        dropped=tuple(rule for rule_id, rule in was.items() if rule_id not in now),
        changed=tuple(Changed(*pair) for pair in both if pair[2]),
        same=tuple(rule for _, rule, settings in both if not settings),
        settings=_settings(
            before.model_dump(mode="json", by_alias=True, exclude=whole),
            after.model_dump(mode="json", by_alias=True, exclude=whole),
        ),
    )


def _differing(before: Rule, after: Rule) -> tuple[Setting, ...]:
    return _settings(before.model_dump(mode="json", by_alias=True), after.model_dump(mode="json", by_alias=True))


def _settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Setting, ...]:
    names = dict.fromkeys([*before, *after])
    return tuple(
        Setting(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    )


def reused(rules: Rules, used: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """What is wrong with the draft's ids: one was of a rule of another pattern, and old findings still carry it.

    Args:
        rules: the draft.
        used: every id that was ever in force -> the patterns it stood for.
    """
    return tuple(
        f"{rule.id}: this id was a rule of the pattern {', '.join(sorted(used[rule.id]))}, and is {rule.pattern} here; "
        "findings and cases of then carry it. Give the new rule an id of its own"
        for rule in rules.rules
        if rule.id in used and rule.pattern not in used[rule.id]
    )


def retired(rules: Rules, used: Iterable[str]) -> tuple[str, ...]:
    """The ids that were in force once and are not in the draft: never to be given to another rule."""
    return tuple(sorted(set(used) - {rule.id for rule in rules.rules}))


def in_words(found: Changes) -> Iterator[str]:
    """The changes, a line each, without a heading."""
    for rule in found.added:
        yield f"+ added    {rule.id}: {rule.title}"
        yield f"             on {LISTS[rule.desk]}, to {STEPS[rule.step]}: {rule.says()}"
    for rule in found.dropped:
        yield f"- dropped  {rule.id}: {rule.title}"
        yield f"             was on {LISTS[rule.desk]}, to {STEPS[rule.step]}: {rule.says()}"
    if found.dropped:
        yield "  Nobody is newly listed by what is dropped. Who is listed by it stays, and the row says that the rule"
        yield "  changed, until a person closes the case. The id of a dropped rule is never given to another rule."
    for change in found.changed:
        yield f"~ changed  {change.after.id}: {change.after.title}"
        if change.before.says() != change.after.says():
            yield f"             before: {change.before.says()}"
            yield f"             now:    {change.after.says()}"
        for setting in change.settings:
            yield f"             {setting.name}: {_value(setting.before)} -> {_value(setting.after)}"
    for setting in found.settings:
        yield f"~ for all rules, {setting.name}: {_value(setting.before)} -> {_value(setting.after)}"
    if found.same:
        yield f"= the same {', '.join(rule.id for rule in found.same)}"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    words = {True: "yes", False: "no", None: "not said"}
    return words[value] if isinstance(value, bool) or value is None else str(value)


def as_document(found: Changes) -> dict[str, Any]:
    """The changes for programs."""
    return {
        "added": [_rule(rule) for rule in found.added],
        "dropped": [_rule(rule) for rule in found.dropped],
        "changed": [
            {
                "id": change.after.id,
                "before": change.before.says(),
                "after": change.after.says(),
                "settings": list(map(_setting, change.settings)),
            }
            for change in found.changed
        ],
        "same": [rule.id for rule in found.same],
        "for_all": list(map(_setting, found.settings)),
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "list": rule.desk.value,
        "step": rule.step.value,
        "says": rule.says(),
    }


def _setting(setting: Setting) -> dict[str, Any]:
    return {"setting": setting.name, "before": setting.before, "after": setting.after}
