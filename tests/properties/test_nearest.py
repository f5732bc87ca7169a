"""How far a child is from a rule, against every number of more appointments on every day to come, one after another.

What would be met is asked of the plain reading of the interface in `test_patterns`, which knows nothing of `nearest`.
"""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.test_patterns import (
    EPOCH,
    ORGANISATIONS,
    START,
    Told,
    built,
    close_histories,
    close_rules,
    counts,
    held,
    is_offered,
    on,
    own,
    unseen_on,
)  # fmt: skip
from wnb.detect import detect
from wnb.histories import NEVER_ADULT
from wnb.nearest import Nearest, nearest
from wnb.patterns import Rule
from wnb.terms import Outcome, Status

HORIZON = 14  # longer than any window of `close_rules` and what it can still need
NIGHT = START + 12


def in_scope(rule: Rule, row: Told) -> tuple[str, ...]:
    return {"anywhere": (), "agency": (row.agency,), "service": (row.agency, row.service)}[rule.scope]


def supposed(rule: Any, last: Told, more: int, day: int, elsewhere: int) -> list[Told]:
    """So many more of what counts, ending on a day, the first of them at organisations of their own."""
    days = range(day - more + 1, day + 1) if rule.unit == "days" else [day] * more
    outcome = Outcome.WAS_NOT_BROUGHT if "not_brought" in rule.counting else Outcome.CANCELLED_BY_FAMILY
    every = sum(status.bit for status in Status)
    made = [
        Told(0, d, 9, last.agency, last.service, f"new{k}", outcome, every, NIGHT) for k, d in enumerate(days)
    ]  # fmt: skip
    return [replace(row, agency=f"elsewhere-{k}") if k < elsewhere else row for k, row in enumerate(made)]


def would_meet(rule: Any, rows: list[Told], kin: list[list[Told]], more: int, day: int, elsewhere: int) -> bool:
    extra = supposed(rule, rows[-1], more, day, elsewhere)
    if rule.pattern == "unseen":
        return unseen_on(rule, [*rows, *extra], day) is not None
    return held(rule, [*rows, *extra], kin) is not None


@pytest.fixture(autouse=True)
def _elsewhere_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for k in range(HORIZON):
        monkeypatch.setitem(ORGANISATIONS, f"elsewhere-{k}", f"elsewhere-{k}")


def by_trying(rule: Any, rows: list[Told], kin: list[list[Told]]) -> tuple[int, int, int | None] | None:
    """(more, first day, last day) of one scope: the fewest, then the first days without a gap."""
    if rule.pattern == "unseen" and not any(is_offered(rule, row) for row in rows):
        return by_what_is_offered_first(rule, rows)
    for more in range(0 if rule.pattern == "unseen" else 1, 8):
        soonest = NIGHT + (max(more, 1) if rule.unit == "days" else 1)
        days = [d for d in range(soonest, NIGHT + HORIZON) if would_meet(rule, rows, kin, more, d, more)]
        if days and rule.pattern == "unseen":
            return more, days[0], None
        if days:
            last = next(d for d in days if d + 1 not in days)
            return more, days[0], None if last == NIGHT + HORIZON - 1 else last
    return None


def by_what_is_offered_first(rule: Any, rows: list[Told]) -> tuple[int, int, int | None] | None:
    """The days without a sighting begin with what is yet to be offered: by which day, and from which day it holds."""
    for more in range(1, 8):
        by = NIGHT + (more if rule.unit == "days" else 1)
        extra = supposed(rule, rows[-1], more, by, 0)
        for day in range(by, NIGHT + HORIZON):
            if unseen_on(rule, [*rows, *extra], day) is not None:
                return more, day, by
    return None


def far(way: tuple[int, int, int | None]) -> tuple[int, int]:
    return way[0], -(way[2] or 10**6)


def days_of(way: Nearest) -> tuple[int, int, int | None]:
    return way.more, (way.first - EPOCH).days, None if way.last is None else (way.last - EPOCH).days


@pytest.mark.parametrize("pattern", sorted(own))
@settings(max_examples=120, deadline=None)
@given(close_histories(), st.data())
def test_the_nearest_is_what_trying_everything_finds(pattern: str, told: list[Told], data: st.DataObject) -> None:
    """That many more by that day meet the rule; one fewer does not on any day, nor that many a day later."""
    rule = data.draw(close_rules(pattern))
    past = sorted((r for r in told if r.day <= NIGHT), key=lambda r: (r.child, r.day, r.hour, r.agency, r.id))
    h = built(past, [NEVER_ADULT] * 3, [0, 0, 0])
    ways = []
    for scope in sorted({in_scope(rule, r) for r in past if r.child == 0}):
        rows = [r for r in past if r.child == 0 and in_scope(rule, r) == scope]
        kin = [[r for r in past if r.child == other and in_scope(rule, r) == scope] for other in (1, 2)]
        if way := by_trying(rule, rows, kin):
            ways.append(way)
    found = nearest(h, rule, 0, on(NIGHT))
    if not ways and not any(r.child == 0 for r in past):
        return  # nothing is known of the child: what there would have to be is asked of nobody
    assert (found and days_of(found)) == min(ways, key=far, default=None)


@settings(max_examples=120, deadline=None)
@given(close_histories(), st.data())
def test_of_them_so_many_must_be_elsewhere_and_no_more(told: list[Told], data: st.DataObject) -> None:
    """The others may be where the child's last that counts on that day was."""
    rule = data.draw(close_rules("across_agencies"))
    rows = sorted((r for r in told if r.day <= NIGHT and r.child == 0), key=lambda r: (r.day, r.hour, r.agency, r.id))
    found = nearest(built(rows, [NEVER_ADULT] * 3, [0, 1, 2]), rule, 0, on(NIGHT))
    if not found or not rows:
        return
    day = ((found.last or found.first) - EPOCH).days
    counted = [r for r in rows if counts(rule, r) and r.day > day - rule.window]
    usual = counted[-1] if counted else replace(rows[-1], agency=f"elsewhere-{HORIZON - 1}")

    def met(elsewhere: int) -> bool:
        return held(rule, [*rows, *supposed(rule, usual, found.more, day, elsewhere)], []) is not None

    assert met(found.elsewhere)
    assert found.elsewhere == 0 or not met(found.elsewhere - 1)


@pytest.mark.parametrize("pattern", sorted(own))
@settings(max_examples=40, deadline=None)
@given(close_histories(), st.data())
def test_what_was_said_is_found_on_the_night_it_comes_true(pattern: str, told: list[Told], data: st.DataObject) -> None:
    """The whole way round: the supposed appointments delivered, and the night of that day looks for patterns."""
    rule = data.draw(close_rules(pattern))
    if rule.scope != "anywhere":
        return
    past = [r for r in told if r.day <= NIGHT]
    rows = sorted((r for r in past if r.child == 0), key=lambda r: (r.day, r.hour, r.agency, r.id))
    found = nearest(built(past, [NEVER_ADULT] * 3, [0, 0, 0]), rule, 0, on(NIGHT))
    if not found or not rows:
        return
    day = (found.last or found.first) if pattern != "unseen" else found.first
    number = (day - EPOCH).days
    grown = [*past, *supposed(rule, rows[-1], found.more, number, found.more)]
    findings = detect(built(grown, [NEVER_ADULT] * 3, [0, 0, 0]), [rule], day)
    assert number in findings.last[(findings.child == 0)].tolist()
