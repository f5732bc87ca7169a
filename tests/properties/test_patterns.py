"""Every pattern against a plain reading of the interface, section 3, over any history, any settings and any night.

The reading is written here from the words of the interface alone, over lists of rows, quadratic and without a trick: it
shares nothing with what it judges but the table of outcomes.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from wnb.detect import Findings, detect
from wnb.histories import FROM_THE_FIRST, NEVER_ADULT, Histories, build
from wnb.patterns import AnyRule, Rule
from wnb.terms import MEANING, Meaning, Outcome, Status

EPOCH = date(1970, 1, 1)
START = 20_000
RULE: TypeAdapter[Rule] = TypeAdapter(AnyRule)
ORGANISATIONS = {"a": "one", "b": "one", "c": "two", "d": "three"}
STATUSES = [Status.SECTION_47, Status.LOOKED_AFTER, Status.UNDER_ONE]


@dataclass(frozen=True)
class Told:
    """One appointment of a child; `hour` is coarse, so that times tie."""

    child: int
    day: int
    hour: int
    agency: str
    service: str
    id: str
    outcome: Outcome
    statuses: int
    known: int

    @property
    def means(self) -> Meaning:
        return MEANING[self.outcome]


# ------------------------------------------------------------------ the plain reading


def amount(rule: Rule, rows: list[Told]) -> int:
    return len({row.day for row in rows}) if rule.unit == "days" else len(rows)


def brought_enough(rule: Rule, rows: list[Told]) -> bool:
    return amount(rule, [r for r in rows if r.means is Meaning.NOT_BROUGHT]) >= rule.of_which_not_brought


def has_status(rule: Rule, row: Told) -> bool:
    groups = [{Status(word) for word in words.split("&")} for words in rule.only_if]
    return not groups or any(all(row.statuses & s.bit for s in group) for group in groups)


def is_named(rule: Rule, row: Told) -> bool:
    return row.means.value in rule.counting


def counts(rule: Rule, row: Told) -> bool:
    return is_named(rule, row) and has_status(rule, row)


def is_offered(rule: Rule, row: Told) -> bool:
    return row.means in (Meaning.SEEN, Meaning.UNSEEN, Meaning.NOT_BROUGHT) or is_named(rule, row)


def within(rows: list[Told], days: int) -> list[Told]:
    return [row for row in rows if row.day > rows[-1].day - days]


def after_last(rows: list[Told], ends: Any) -> list[Told]:
    last = max((k for k, row in enumerate(rows) if ends(row)), default=-1)
    return rows[last + 1 :]


def brothers_and_sisters(rule: Any, now: Told, kin: list[list[Told]]) -> list[list[Told]]:
    """What counts, within those days, of each other child of the household who has enough of it."""
    found = []
    for theirs in kin:
        counted = [row for row in theirs if now.day - rule.within_days < row.day <= now.day and counts(rule, row)]
        if amount(rule, counted) >= rule.at_least and brought_enough(rule, counted):
            found.append(counted)
    return found


def held(rule: Any, rows: list[Told], kin: list[list[Told]]) -> tuple[int, list[Told], list[Told]] | None:
    """What `rule` says at the last of `rows`, the history up to and including it: count, evidence, and what of other
    children it rests on; or nothing."""
    now = rows[-1]
    others: list[list[Told]] = []
    window = within(rows, rule.within_days)
    if rule.pattern == "in_a_row":
        begun = after_last(rows, lambda r: r.means in (Meaning.SEEN, Meaning.UNSEEN) and not is_named(rule, r))
        window = [row for row in window if row in begun]
    if rule.pattern == "across_agencies" and rule.none_seen_between:
        window = [row for row in window if row in after_last(rows, lambda r: r.means is Meaning.SEEN)]
    counted = [row for row in window if counts(rule, row)]
    if not counted or not brought_enough(rule, counted):
        return None
    n = amount(rule, counted)
    if rule.pattern == "share":
        offered = amount(rule, [row for row in window if is_offered(rule, row)])
        enough = is_offered(rule, now) and offered >= rule.of_at_least and 100 * n >= rule.at_least_percent * offered
    elif rule.pattern == "across_agencies":
        places = {ORGANISATIONS[row.agency] for row in counted}
        at_least = rule.at_least or rule.organisations
        enough = counts(rule, now) and n >= at_least and len(places) >= rule.organisations
    else:
        enough = counts(rule, now) and n >= rule.at_least
    if rule.pattern == "family" and enough:
        others = brothers_and_sisters(rule, now, kin)
        enough = 1 + len(others) >= rule.children
    return (n, counted, [row for theirs in others for row in theirs]) if enough else None


def unseen_on(rule: Any, rows: list[Told], day: int) -> tuple[int, list[Told], list[Told]] | None:
    """What an `unseen` rule says on a day: count and evidence, or nothing."""
    past = [row for row in rows if row.day <= day]
    since = after_last(past, lambda row: row.means is Meaning.SEEN)
    offered = [row for row in past if is_offered(rule, row)]
    if not offered:
        return None
    seen = [row.day for row in past if row.means is Meaning.SEEN]
    begun = seen[-1] if seen else offered[0].day
    counted = [row for row in since if is_offered(rule, row) and has_status(rule, row)]
    if day < begun + rule.days or not brought_enough(rule, counted):
        return None
    n = amount(rule, counted)
    return (n, counted, []) if n >= rule.offered_at_least else None


def finding_of(
    rule: Any, rows: list[Told], kin: list[list[Told]], night: int, adult_from: int
) -> tuple[Any, ...] | None:
    """One scope's finding: first met, last met, count, evidence, late."""
    moments: list[tuple[int, tuple[int, list[Told], list[Told]] | None]]
    if rule.pattern == "unseen":
        until = min(night, adult_from - 1)
        moments = [(day, unseen_on(rule, rows, day)) for day in range(rows[0].day, until + 1)]
    else:
        moments = [(rows[k].day, held(rule, rows[: k + 1], kin)) for k in range(len(rows))]
    met = [(day, answer) for day, answer in moments if answer is not None]
    recalled = [answer for day, answer in met if day > night - (rule.recall_days or 28)]
    late = [answer for _, answer in met if max(row.known for row in [*answer[1], *answer[2]]) == night]
    among = recalled or late
    if not among:
        return None
    most = max(n for n, _, _ in among)
    evidence = [rows for n, rows, _ in among if n == most][-1]
    return met[0][0], met[-1][0], most, tuple((r.agency, r.id) for r in evidence), not recalled


def plain(
    rule: Rule, told: list[Told], night: int, adult_from: list[int], household: list[int]
) -> dict[int, tuple[Any, ...]]:
    """The finding of each child, by the plain reading."""
    if (rule.in_force_from - EPOCH).days > night:
        return {}
    found: dict[int, tuple[Any, ...]] = {}
    past = sorted((r for r in told if r.day <= night), key=lambda r: (r.child, r.day, r.hour, r.agency, r.id))
    of = {child: list(rows) for child, rows in groupby(past, key=lambda r: r.child)}
    for child, history in of.items():
        others = [of[other] for other in of if other != child and household[other] == household[child]]
        scope = {
            "anywhere": lambda r: (),
            "agency": lambda r: (r.agency,),
            "service": lambda r: (r.agency, r.service),
        }[rule.scope]
        for name in sorted({scope(r) for r in history}):
            here = [r for r in history if scope(r) == name]
            kin = [[r for r in theirs if scope(r) == name] for theirs in others]
            one = finding_of(rule, here, kin, night, adult_from[child])
            if one and (child not in found or one[2] > found[child][2]):
                found[child] = one
    return found


# ------------------------------------------------------------------ histories, settings and nights of any kind

outcomes = st.sampled_from([*Outcome, *[Outcome.WAS_NOT_BROUGHT] * 24, *[Outcome.ATTENDED] * 4])


@st.composite
def histories(draw: st.DrawFn) -> list[Told]:
    n = draw(st.sampled_from([12, 16, 24, 8, 4, 1, 0]))
    whose = draw(st.sampled_from([[0, 0, 0, 1], [0, 0, 0, 0, 1, 1, 2], [0, 1], [0, 1, 2]]))
    gaps = st.sampled_from([0, 0, 1, 1, 1, 2, 3, 4, 7, 14])
    day = START
    told = []
    for k in range(n):
        day += draw(gaps)
        told.append(
            Told(
                child=draw(st.sampled_from(whose)),
                day=day,
                hour=draw(st.integers(9, 10)),
                agency=draw(st.sampled_from("abcd")),
                service=draw(st.sampled_from(["", "x", "y"])),
                id=draw(st.sampled_from(["", "9", "10", "é"])) + str(k),
                outcome=draw(outcomes),
                statuses=sum(s.bit for s in draw(st.sets(st.sampled_from(STATUSES)))),
                known=draw(st.sampled_from([FROM_THE_FIRST, START, START + 20, START + 40, START + 80])),
            )
        )
    return told


few = st.sampled_from([1, 1, 2, 2, 3, 4])
spans = st.sampled_from([1, 2, 5, 10, 28, 28, 60, 60, 400])
long_spans = st.sampled_from([5, 10, 14, 28, 60, 400])
own = {
    "repeated": {"at_least": few, "within_days": spans},
    "in_a_row": {"at_least": few, "within_days": spans},
    "across_agencies": {
        "organisations": st.sampled_from([2, 2, 2, 3]),
        "at_least": st.sampled_from([None, 2, 3, 1]),
        "within_days": long_spans,
        "none_seen_between": st.booleans(),
    },
    "share": {"at_least_percent": st.sampled_from([1, 33, 33.33, 50, 66, 75, 100]), "of_at_least": few,
              "within_days": spans},
    "family": {
        "children": st.sampled_from([2, 2, 2, 3]),
        "at_least": st.sampled_from([1, 2, 2, 3]),
        "within_days": long_spans,
    },
    "unseen": {"days": spans, "offered_at_least": few},
}  # fmt: skip
common = {
    "counting": st.sampled_from([
        *[("not_brought",)] * 6, ("not_brought", "family_cancelled"), ("not_brought", "unseen"), ("family_cancelled",),
        ("unseen",), ("not_brought", "family_cancelled", "unseen"),
    ]),
    "unit": st.sampled_from(["days", "appointments"]),
    "of_which_not_brought": st.sampled_from([0, 0, 0, 0, 1, 2]),
    "only_if": st.sampled_from([*[()] * 9, ("section-47",), ("section-47", "looked-after"), ("section-47&under-one",)]),
    "recall_days": st.sampled_from([None, None, 1, 7, 60]),
    "in_force_from": st.sampled_from([*[date(2020, 1, 1)] * 7, EPOCH + timedelta(days=START + 40)]),
}  # fmt: skip
scopes = st.sampled_from(["anywhere", "anywhere", "anywhere", "agency", "service"])
ORDINARY = {"id": "a-rule", "title": "A rule", "step": "review", "source": "a property", "in_force_from": "2020-01-01"}


@st.composite
def rules(draw: st.DrawFn, pattern: str | None = None) -> Rule:
    kind = pattern or draw(st.sampled_from(sorted(own)))
    asked: dict[str, Any] = {name: draw(values) for name, values in (common | own[kind]).items()}
    scope = (
        "anywhere"
        if kind == "across_agencies"
        else draw(st.sampled_from(["anywhere", "anywhere", "anywhere", "agency", "service"]))
    )
    try:
        return RULE.validate_python({**ORDINARY, **asked, "pattern": kind, "scope": scope})
    except ValidationError:
        assume(False)
        raise


@st.composite
def close_histories(draw: st.DrawFn) -> list[Told]:
    """Close together and mostly missed."""
    whose = draw(st.sampled_from([[0, 1], [0, 0, 1], [0, 1, 2]]))
    missed = [Outcome.WAS_NOT_BROUGHT] * 6
    day = START
    told = []
    for k in range(draw(st.integers(1, 10))):
        day += draw(st.sampled_from([0, 1, 1, 2, 3]))
        told.append(
            Told(
                child=draw(st.sampled_from(whose)),
                day=day,
                hour=9,
                agency=draw(st.sampled_from("aac")),
                service="",
                id=str(k),
                outcome=draw(st.sampled_from([*missed, Outcome.CANCELLED_BY_FAMILY, Outcome.ATTENDED])),
                statuses=Status.SECTION_47.bit * draw(st.sampled_from([1, 1, 0])),
                known=draw(st.sampled_from([FROM_THE_FIRST, FROM_THE_FIRST, FROM_THE_FIRST, START + 40])),
            )
        )
    return told


@st.composite
def close_rules(draw: st.DrawFn, pattern: str) -> Rule:
    """Windows of a few days, and of the common settings those that close histories can tell apart."""
    asked: dict[str, Any] = {name: draw(values) for name, values in own[pattern].items()}
    asked |= {name: draw(st.integers(1, 6)) for name in ("within_days", "days") if name in asked}
    asked |= {
        name: draw(st.integers(1, 2)) for name in ("at_least", "offered_at_least", "of_at_least") if name in asked
    }
    counting = draw(st.sampled_from([["not_brought"], ["not_brought", "family_cancelled"]]))
    scope = "anywhere" if pattern == "across_agencies" else draw(scopes)
    common = {
        "counting": counting,
        "unit": draw(st.sampled_from(["days", "appointments"])),
        "of_which_not_brought": draw(st.sampled_from([0, 1])),
        "only_if": draw(st.sampled_from([[], [], ["section-47"]])),
        "recall_days": draw(st.sampled_from([28, 3])),
    }
    try:
        return RULE.validate_python({**ORDINARY, **common, **asked, "pattern": pattern, "scope": scope})
    except ValidationError:
        assume(False)
        raise


nights = st.one_of(st.integers(START + 5, START + 60), st.integers(START - 2, START + 130))
adults = st.lists(st.sampled_from([NEVER_ADULT, NEVER_ADULT, START + 30, START + 60]), min_size=3, max_size=3)
households = st.sampled_from([*[[0, 0, 0]] * 5, [0, 0, 2], [0, 1, 0], [0, 1, 2]])


def built(told: list[Told], adult_from: list[int], household: list[int]) -> Histories:
    def texts(name: str) -> pa.Array:
        return pa.array([getattr(r, name) for r in told], pa.string())

    return build(
        child=np.array([r.child for r in told], np.int32),
        at=np.array([r.day * 86_400 + r.hour * 3_600 for r in told], np.int64),
        agency=texts("agency"),
        appointment_id=texts("id"),
        service=texts("service"),
        outcome=np.array([r.outcome for r in told], np.uint8),
        known=np.array([r.known for r in told], np.int32),
        row=np.arange(len(told)),
        organisations=ORGANISATIONS,
        adult_from=np.array(adult_from, np.int32),
        row_statuses=np.array([r.statuses for r in told], np.uint16),
        household=np.array(household, np.int32),
    )


def on(night: int) -> date:
    return EPOCH + timedelta(days=night)


def told_by(findings: Findings, told: list[Told], h: Histories) -> dict[int, tuple[Any, ...]]:
    """The chosen findings in the form of the plain reading."""
    return {
        int(findings.child[k]): (
            findings.first[k],
            findings.last[k],
            findings.count[k],
            tuple((told[r].agency, told[r].id) for r in h.row[findings.evidence_of(int(k))]),
            bool(findings.late[k]),
        )
        for k in np.flatnonzero(findings.chosen)
    }


# ------------------------------------------------------------------ what must hold


def agrees(rule: Rule, told: list[Told], night: int, adult_from: list[int], household: list[int]) -> None:
    told = [replace(r, known=min(r.known, night)) for r in told]
    h = built(told, adult_from, household)
    expected = plain(rule, told, night, adult_from, household)
    for compiled in (True, False):
        assert told_by(detect(h, [rule], on(night), compiled=compiled), told, h) == expected


@pytest.mark.parametrize("pattern", sorted(own))
@settings(max_examples=100, deadline=None)
@given(histories(), st.data(), nights, adults, households)
def test_compiled_is_uncompiled_is_the_plain_reading(
    pattern: str, told: list[Told], data: st.DataObject, night: int, adult_from: list[int], household: list[int]
) -> None:
    agrees(data.draw(rules(pattern)), told, night, adult_from, household)


@pytest.mark.parametrize("pattern", sorted(own))
@settings(max_examples=200, deadline=None)
@given(close_histories(), st.data())
def test_the_same_where_windows_are_as_short_as_the_gaps(pattern: str, told: list[Told], data: st.DataObject) -> None:
    """A fortnight of two or three children of one household: every day is the first or the last of some window."""
    rule, night = data.draw(close_rules(pattern)), START + data.draw(st.sampled_from([12, 8, 5, 20, 40]))
    agrees(rule, told, night, [NEVER_ADULT] * 3, [0, 0, 0])


@settings(max_examples=60, deadline=None)
@given(histories(), st.lists(rules(), min_size=2, max_size=4), nights, adults, households)
def test_rules_and_threads_do_not_disturb_each_other(
    told: list[Told], asked: list[Rule], night: int, adult_from: list[int], household: list[int]
) -> None:
    h = built(told, adult_from, household)
    together = detect(h, asked, on(night), threads=3)
    for k, rule in enumerate(asked):
        alone = detect(h, [rule], on(night), threads=1)
        for name in (
            "child",
            "scope",
            "chosen",
            "first",
            "last",
            "count",
            "late",
            "offered",
            "not_brought",
            "last_seen",
        ):
            assert getattr(together, name)[together.rule == k].tolist() == getattr(alone, name).tolist()
        evidence = [together.evidence_of(int(f)).tolist() for f in np.flatnonzero(together.rule == k)]
        assert evidence == [alone.evidence_of(f).tolist() for f in range(len(alone))]


@settings(max_examples=60, deadline=None)
@given(histories(), rules(), nights, adults, households, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    told: list[Told], rule: Rule, night: int, adult_from: list[int], household: list[int], chance: Any
) -> None:
    shuffled = chance.sample(told, len(told))
    one, other = built(told, adult_from, household), built(shuffled, adult_from, household)
    assert told_by(detect(one, [rule], on(night)), told, one) == told_by(
        detect(other, [rule], on(night)), shuffled, other
    )


@settings(max_examples=60, deadline=None)
@given(histories(), rules(), nights, adults, households)
def test_days_after_the_night_are_not_read(
    told: list[Told], rule: Rule, night: int, adult_from: list[int], household: list[int]
) -> None:
    past = [r for r in told if r.day <= night]
    whole, cut = built(told, adult_from, household), built(past, adult_from, household)
    assert told_by(detect(whole, [rule], on(night)), told, whole) == told_by(detect(cut, [rule], on(night)), past, cut)


@settings(max_examples=200, deadline=None)
@given(histories(), rules(), nights, adults, households, st.data())
def test_one_more_miss_never_takes_a_child_off(
    told: list[Told], rule: Rule, night: int, adult_from: list[int], household: list[int], data: st.DataObject
) -> None:
    """Of every pattern. The one exception is a `share` under which the added miss does not count: it is offered all the
    same, and so makes what counts a smaller part."""
    more = Told(
        child=data.draw(st.integers(0, 2)),
        day=START + data.draw(st.integers(-5, 120)),
        hour=data.draw(st.integers(9, 10)),
        agency=data.draw(st.sampled_from("abcd")),
        service=data.draw(st.sampled_from(["", "x"])),
        id=data.draw(st.sampled_from(["0new", "zz"])),
        outcome=data.draw(st.sampled_from([Outcome.WAS_NOT_BROUGHT, Outcome.NO_ACCESS, Outcome.NO_ANSWER])),
        statuses=sum(s.bit for s in data.draw(st.sets(st.sampled_from(STATUSES)))),
        known=data.draw(st.sampled_from([FROM_THE_FIRST, START, night])),
    )
    assume(rule.pattern != "share" or counts(rule, more))
    told = [replace(r, known=min(r.known, night)) for r in told]
    more = replace(more, known=min(more.known, night))
    before = built(told, adult_from, household)
    after = built([*told, more], adult_from, household)
    kept = set(told_by(detect(after, [rule], on(night)), [*told, more], after))
    assert set(told_by(detect(before, [rule], on(night)), told, before)) <= kept


@pytest.mark.parametrize("pattern", sorted(own))
@settings(max_examples=150, deadline=None)
@given(st.one_of(histories(), close_histories()), st.data(), nights, adults, households)
def test_passing_children_over_changes_nothing(
    pattern: str, told: list[Told], data: st.DataObject, night: int, adult_from: list[int], household: list[int]
) -> None:
    """`fewest`, totals, statuses and the days recalled pass over only whom the pattern itself would not find."""
    rule = data.draw(st.one_of(rules(pattern), close_rules(pattern)))
    h = built([replace(r, known=min(r.known, night)) for r in told], adult_from, household)
    passing = detect(h, [rule], on(night), compiled=False)
    with pytest.MonkeyPatch.context() as everybody:
        everybody.setattr(type(rule), "fewest", property(lambda rule: 1))
        everybody.setattr(type(rule), "lasting", property(lambda rule: True))
        asked = detect(h, [rule], on(night), compiled=False)
    for name in Findings.__dataclass_fields__:
        assert getattr(passing, name).tolist() == getattr(asked, name).tolist()
