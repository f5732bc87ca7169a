"""How far a child is from a rule that is not met: the least that would still have to happen, and by when.

Found by asking the pattern itself about appointments that have not been: nothing here knows what a pattern means. What
is supposed is what would meet it soonest: more that count, on days with the statuses that the rule asks for.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from wnb.compiled import plain_kernels
from wnb.detect import EPOCH, classes_of, days_of, prepared, scope_of
from wnb.histories import Histories
from wnb.kernels import I32, U8, gather_kin, satisfied
from wnb.patterns import Rule
from wnb.patterns.marks import COUNTED, EVER, NOT_BROUGHT, OFFERED, Kin
from wnb.patterns.words import COUNTED_AS, on_day, plural, statuses
from wnb.terms import Outcome

FARTHEST: Final = 50
"""More than this is not near, and is not looked for."""
SUPPOSED: Final = {
    "not_brought": Outcome.WAS_NOT_BROUGHT,
    "family_cancelled": Outcome.CANCELLED_BY_FAMILY,
    "unseen": Outcome.ARRIVED_TOO_LATE,
}


@dataclass(frozen=True)
class Nearest:
    """`more` appointments that count would meet the rule, the last of them on any day from `first` to `last`.

    By days they are on as many days, one after another. `elsewhere` of them must be at organisations that do not count
    yet, each at another. `waits`: on the days to come before `first` they would not meet it. `last` None: no day is too
    late while the child is a child. A rule that is met by days that pass is met from `first` on if `more` come by then
    (by `last`, where nothing was ever offered and the days begin with them) and nobody sees the child before.
    `scope` is the agency or service by its number, 0 anywhere.
    """

    more: int
    elsewhere: int
    first: date
    last: date | None
    waits: bool
    scope: int

    @property
    def far(self) -> tuple[int, int, int]:
        """Smaller is nearer: fewer, then longer to come, then by name."""
        return self.more, -(self.last or date.max).toordinal(), self.scope


def nearest(histories: Histories, rule: Rule, child: int, night: date) -> Nearest | None:
    """The nearest way from the night on to a rule that the child does not meet; None: nothing near is one.

    With a `scope`, in the scopes in which the child has any appointment. Other children of the household stay as they
    are on the night.
    """
    scope, scopes = scope_of(histories, rule)
    own = slice(int(histories.starts[child]), int(histories.starts[child + 1]))
    past = histories.day[own] <= days_of(night)
    here = sorted(set(scope[own][past].tolist())) if scopes else [0]
    ways = [way for s in here if (way := _Supposed.of(histories, rule, child, days_of(night), s).nearest())]
    return min(ways, key=lambda way: way.far, default=None)


def in_words(rule: Rule, way: Nearest) -> str:
    """Say "1 more not brought by 12 December 2026 would reach review"."""
    named = next(name for name in SUPPOSED if name in rule.counting)
    apart = ", on different days" if rule.unit == "days" and way.more > 1 else ""
    other = "another organisation" if way.elsewhere == 1 else f"{way.elsewhere} other organisations"
    there = f", {'' if way.elsewhere == way.more else f'{way.elsewhere} of them '}at {other}" if way.elsewhere else ""
    more = f"{way.more} more {COUNTED_AS[named]}{statuses(rule.only_if)}{apart}{there}"
    if rule.lasting and not way.more:
        return f"{on_day(way.first)} would reach {rule.step} if nobody sees the child before"
    if rule.lasting and way.last:
        then = f"on {on_day(way.first)} if nobody sees the child before"
        return f"{more} by {on_day(way.last)} would reach {rule.step} {then}"
    if rule.lasting:
        return f"{more}, by {on_day(way.first)} would reach {rule.step} then, if nobody sees the child before"
    when = f" by {on_day(way.last)}" if way.last else ""
    if way.more > 1 and not way.last:
        when = f"{'' if apart or there or rule.only_if else ','} within {plural(rule.window, 'day')}"
    if way.waits:
        when = f" from {on_day(way.first)}{f' to {on_day(way.last)}' if way.last else ' on'}"
    return f"{more}{',' if apart or there or rule.only_if else ''}{when} would reach {rule.step}"


@dataclass(frozen=True, eq=False)
class _Supposed:
    """One child's history in one scope up to the night, and what a rule would say if more were added to it."""

    rule: Rule
    scope: int
    night: int
    adult_from: int
    day: I32
    marks: U8
    place: I32
    kin: Kin

    @classmethod
    def of(cls, h: Histories, rule: Rule, child: int, night: int, scope: int) -> "_Supposed":
        scope_column, scopes = scope_of(h, rule)
        begin, end = int(h.starts[child]), int(h.starts[child + 1])
        rows = [i for i in range(begin, end) if h.day[i] <= night and (not scopes or scope_column[i] == scope)]
        table, masks = rule.marks(), rule.masks()
        marks = table[h.outcome[rows]]
        unmet = [not satisfied(int(h.statuses[i]), masks) for i in rows]
        marks[np.array(unmet, bool)] &= 255 - COUNTED - NOT_BROUGHT
        ready = prepared(h, [rule], night, 1, plain_kernels())
        kin = Kin(np.zeros(1, np.int32), np.empty(0, np.int32), np.empty(0, np.uint8))
        if len(ready.homes[0]) and ready.homes[0][child] >= 0:
            kin = gather_kin(
                table, masks, classes_of(rule), rule.fewest, night, scopes, scope_column, scope, child, *ready.homes,
                ready.totals, h.starts, h.day, h.outcome, h.statuses, h.known,
            )  # fmt: skip
        return cls(rule, scope, night, int(h.adult_from[child]), h.day[rows], marks, h.organisation[rows], kin)

    def nearest(self) -> Nearest | None:
        """Fewest first; of as many, the first days on which they are enough."""
        if self.rule.lasting:
            return self._lasting()
        for more in range(1, FARTHEST + 1):
            soonest = self.night + (more if self.rule.unit == "days" else 1)
            first = last = 0
            for day in self._turns(soonest):
                enough = self._meets(more, more, day)
                if enough and not first:
                    first = day
                if first and not enough:
                    last = day - 1
                    break
            if first:
                grown_up = self.adult_from - 1 if self.adult_from - self.night <= self.rule.window else 0
                until = last or grown_up
                elsewhere = next(m for m in range(more + 1) if self._meets(more, m, last or first))
                return Nearest(
                    more, elsewhere, _date(first), _date(until) if until else None, first > soonest, self.scope
                )
        return None

    def _lasting(self) -> Nearest | None:
        for more in range(FARTHEST + 1):
            by = self.night + (more if self.rule.unit == "days" else min(more, 1))
            days, count, first, last = self._judged(more, 0, by)
            met = [max(int(first[i]), by, self.night + 1) for i in range(days) if count[i] and last[i] > self.night]
            if met and min(met) < self.adult_from:
                began = bool(np.any(self.marks & OFFERED))
                return Nearest(more, 0, _date(min(met)), None if began else _date(by), False, self.scope)
        return None

    def _turns(self, soonest: int) -> list[int]:
        """The days from `soonest` on after which the answer may be another: something has left the window."""
        window = self.rule.window
        left = {int(d) + window for d in (*self.day.tolist(), *self.kin.day.tolist())}
        return [day for day in sorted({soonest, *left}) if soonest <= day < self.adult_from]

    def _meets(self, more: int, elsewhere: int, day: int) -> bool:
        """Whether the rule would hold at the last of `more`, on `day`."""
        _, count, _, _ = self._judged(more, elsewhere, day)
        return bool(count[-1])

    def _judged(self, more: int, elsewhere: int, last_day: int) -> tuple[int, I32, I32, I32]:
        """What the pattern says with `more` added that end on `last_day`, the first of them at other organisations."""
        days = range(last_day - more + 1, last_day + 1) if self.rule.unit == "days" else [last_day] * more
        mark = self.rule.marks()[SUPPOSED[next(name for name in SUPPOSED if name in self.rule.counting)]]
        day = np.append(self.day, np.array(days, np.int32)).astype(np.int32)
        marks = np.append(self.marks, np.full(more, mark)).astype(np.uint8)
        others = np.arange(elsewhere) + 1 + self.place.max(initial=0)
        usual = np.full(more - elsewhere, self._usual(last_day))
        place = np.concatenate([self.place, others, usual]).astype(np.int32)
        count, since, first, last = (np.zeros(len(day), np.int32) for _ in range(4))
        until = min(self.adult_from - 1, self.night + EVER)
        numbers = np.array(self.rule.numbers(), np.int64)
        self.rule.judge(day, marks, place, until, numbers, self.kin, count, since, first, last)
        return len(day), count, first, last

    def _usual(self, day: int) -> int:
        """An organisation that counts already on that day, where there is one."""
        counted = np.flatnonzero((self.marks & COUNTED > 0) & (self.day > day - self.rule.window))
        return int(self.place[counted[-1]]) if len(counted) else 1 + FARTHEST + int(self.place.max(initial=0))


def _date(day: int) -> date:
    return EPOCH + timedelta(days=day)
