"""Two sets of rules over the same nights, side by side: whom each finds newly, when, on whose list; pure, over arrays.

Counts speak of children newly met: a child who was on no finding of the same kind the night before. What a person would
have closed meanwhile is not guessed, so a child counts anew only after the rules themselves let go.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wnb.ages import UNKNOWN_DATE, birthday
from wnb.histories import Histories
from wnb.stretches import PARTNERSHIP, Newly, Side
from wnb.terms import MEANING, Meaning, Step

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

NOT_RECORDED: Final = -1
AGE_BANDS: Final = (("under 1", 1), ("1 to 4", 5), ("5 to 10", 11), ("11 to 15", 16), ("16 and 17", 18))
"""Of the night on which a child is newly met: the words, and the birthday on which the band ends."""


@dataclass(frozen=True, eq=False)
class Characteristic:
    """One thing that may be recorded of each child: its words, and by child the place among them (NOT_RECORDED)."""

    name: str
    values: tuple[str, ...]
    of: I32


@dataclass(frozen=True)
class Pair:
    """One number under today's rules and the same under the draft; `gained`, `dropped`: children of one side only."""

    in_force: int
    draft: int
    gained: int = 0
    dropped: int = 0


@dataclass(frozen=True, eq=False)
class Places:
    """Children's places on lists, a child and a list each."""

    child: I32
    list_of: I32

    @property
    def children(self) -> I32:
        """Whose they are, each once, in order."""
        return np.unique(self.child)

    def on(self, list_of: int) -> int:
        """How many are on one list."""
        return int((self.list_of == list_of).sum())


@dataclass(frozen=True)
class Weeks:
    """Children newly met in each week, its Monday as days since 1970-01-01. `whole`: all its nights are looked at."""

    monday: tuple[int, ...]
    whole: tuple[bool, ...]
    in_force: tuple[int, ...]
    draft: tuple[int, ...]

    def a_week(self) -> tuple[float, float]:
        """The mean of the whole weeks, in force and draft; of all, where none is whole."""
        chosen = [k for k, whole in enumerate(self.whole) if whole] or range(len(self.whole))
        return (
            sum(self.in_force[k] for k in chosen) / max(len(chosen), 1),
            sum(self.draft[k] for k in chosen) / max(len(chosen), 1),
        )

    def busiest(self) -> tuple[int, int]:
        """The most in any week, in force and draft."""
        return max(self.in_force, default=0), max(self.draft, default=0)


@dataclass(frozen=True, eq=False)
class Compared:
    """Two sides over the nights from `first` to `last`, both counted (days since 1970-01-01)."""

    histories: Histories
    first: int
    last: int
    in_force: Side
    draft: Side

    def newly(self, side: Side) -> Newly:
        """The stretches on lists that began within the nights looked at."""
        return side.of_lists.chosen(self._within(side.of_lists))

    def _within(self, stretches: Newly) -> NDArray[np.bool_]:
        return (stretches.since >= self.first) & (stretches.since <= self.last)

    def _met(self, stretches: Newly) -> NDArray[np.bool_]:
        return (stretches.until >= self.first) & (stretches.since <= self.last)

    def _pair(self, in_force: Newly, draft: Newly) -> Pair:
        """Children newly met, and children met at all by one side only."""
        before, after = (np.unique(side.child[self._met(side)]) for side in (in_force, draft))
        return Pair(
            in_force=len(np.unique(in_force.child[self._within(in_force)])),
            draft=len(np.unique(draft.child[self._within(draft)])),
            gained=len(np.setdiff1d(after, before, assume_unique=True)),
            dropped=len(np.setdiff1d(before, after, assume_unique=True)),
        )

    def by_list(self) -> dict[int, Pair]:
        """PARTNERSHIP first, then each agency's own list that either side writes on."""
        lists = sorted(
            {PARTNERSHIP, *(int(k) for s in (self.in_force, self.draft) for k in np.unique(s.of_lists.list_of))}
        )
        return {
            k: self._pair(*(s.of_lists.chosen(s.of_lists.list_of == k) for s in (self.in_force, self.draft)))
            for k in lists
        }

    def by_rule(self) -> dict[str, Pair]:
        """Every rule of either side, by its id: today's in their order, then those of the draft alone."""
        ids = list(dict.fromkeys(rule.id for s in (self.in_force, self.draft) for rule in s.rules))
        return {rule_id: self._pair(*(_of_rule(s, rule_id) for s in (self.in_force, self.draft))) for rule_id in ids}

    def by_step(self) -> dict[Step, Pair]:
        """The partnership's list at each step, the most pressing last."""
        return {
            step: self._pair(
                *(
                    s.of_steps.chosen((s.step_of == step.rank) & (s.of_steps.list_of == PARTNERSHIP))
                    for s in (self.in_force, self.draft)
                )
            )
            for step in Step
        }

    def whose(self, of_row: I32) -> dict[int, Pair]:
        """Children newly met on any list, by what is so of the held row of the appointment that met it first."""
        newly = {s: self.newly(s) for s in (self.in_force, self.draft)}
        groups = {s: of_row[stretches.row] for s, stretches in newly.items()}
        return {
            k: Pair(*(len(np.unique(newly[s].child[groups[s] == k])) for s in (self.in_force, self.draft)))
            for k in sorted({int(k) for found in groups.values() for k in np.unique(found)})
        }

    def by_characteristic(self, known: Characteristic) -> dict[int, tuple[int, Pair]]:
        """Place among the values (NOT_RECORDED last) -> children with an appointment in these nights, and newly met."""
        newly = [np.unique(self.newly(s).child) for s in (self.in_force, self.draft)]
        people = (*newly, *(places.children for places in self.one_sided()))
        return {
            k: (
                int((self.offered & (known.of == k)).sum()),
                Pair(*(int((known.of[who] == k).sum()) for who in people)),
            )
            for k in (*range(len(known.values)), NOT_RECORDED)
        }

    @cached_property
    def offered(self) -> NDArray[np.bool_]:
        """By child: whether any appointment lies within these nights."""
        starts = self.histories.starts
        inside = (self.histories.day >= self.first) & (self.histories.day <= self.last)
        many = np.append(0, np.cumsum(inside, dtype=np.int64))
        return np.asarray(many[starts[1:]] > many[starts[:-1]])

    def by_age(self, born: I32) -> dict[str, Pair]:
        """Children newly met on any list, by their age on that night; `born` by child, UNKNOWN_DATE if not known."""
        bands = []
        for stretches in (self.newly(self.in_force), self.newly(self.draft)):
            band = np.full(len(stretches.child), len(AGE_BANDS))
            of = born[stretches.child]
            for place, (_, end) in reversed(list(enumerate(AGE_BANDS))):
                band[(of != UNKNOWN_DATE) & (stretches.since < birthday(of, end))] = place
            bands.append((band, stretches.child))
        words = [*(words for words, _ in AGE_BANDS), "not known"]
        return {
            word: Pair(*(len(np.unique(child[band == place])) for band, child in bands))
            for place, word in enumerate(words)
        }

    def weeks(self, of_side: Callable[[Side], Newly]) -> Weeks:
        """Children newly met in each week that these nights touch, of the stretches that `of_side` chooses."""
        begin, end = monday_of(self.first), monday_of(self.last)
        mondays = list(range(begin, end + 1, 7))
        counts = []
        for s in (self.in_force, self.draft):
            mine = of_side(s)
            week = (mine.since[self._within(mine)] - begin) // 7
            counts.append(tuple(np.bincount(week, minlength=len(mondays)).tolist()))
        whole = tuple(monday >= self.first and monday + 6 <= self.last for monday in mondays)
        return Weeks(tuple(mondays), whole, counts[0], counts[1])

    def nightly(self, list_of: int = PARTNERSHIP) -> tuple[I64, I64]:
        """How many children one list would hold on each night, in force and draft, were nobody closed by a person."""
        held = []
        for s in (self.in_force, self.draft):
            mine = s.of_lists.chosen((s.of_lists.list_of == list_of) & self._met(s.of_lists))
            change = np.zeros(self.last - self.first + 2, np.int64)
            np.add.at(change, np.maximum(mine.since - self.first, 0), 1)
            np.add.at(change, np.minimum(mine.until - self.first, self.last - self.first) + 1, -1)
            held.append(np.cumsum(change)[:-1])
        return held[0], held[1]

    def one_sided(self) -> tuple["Places", "Places"]:
        """The places on lists that the draft alone gives a child in these nights, and those that the rules in force do.

        Each in the order of child and list.
        """
        before, after = (
            np.unique(np.stack([mine.child, mine.list_of], axis=1), axis=0)
            for mine in (s.of_lists.chosen(self._met(s.of_lists)) for s in (self.in_force, self.draft))
        )
        return _missing(after, before), _missing(before, after)

    def met_of(self, side: Side, places: "Places") -> Iterator[tuple[int, int, list[str], int]]:
        """For each place: child, list, the ids of the rules that meet the child there, and the first such night."""
        met = self._met(side.of_rules)
        stretches, rule_of = side.of_rules.chosen(met), side.rule_of[met]
        key = _key(stretches.child, stretches.list_of)
        order = np.argsort(key, kind="stable")
        for child, list_of in zip(places.child.tolist(), places.list_of.tolist(), strict=True):
            wanted = _key(np.array([child]), np.array([list_of]))[0]
            begin, end = np.searchsorted(key[order], [wanted, wanted + 1])
            own = order[begin:end]
            rules = [side.rules[k].id for k in sorted(set(rule_of[own].tolist()))]
            yield child, list_of, rules, max(int(stretches.since[own].min()), self.first)

    def not_brought(self, children: I32) -> I64:
        """On how many days of these nights each of these children was not brought."""
        h = self.histories
        counted = _NOT_BROUGHT[h.outcome] & (h.day >= self.first) & (h.day <= self.last)
        places = np.flatnonzero(counted)
        whose = np.searchsorted(h.starts, places, side="right") - 1
        day = h.day[places]
        anew = np.ones(len(places), bool)
        anew[1:] = (whose[1:] != whose[:-1]) | (day[1:] != day[:-1])
        return np.bincount(whose[anew], minlength=h.children)[children]

    def had_status(self, children: I32, bits: int) -> int:
        """How many of these children had one of the statuses on the day of an appointment in these nights."""
        h = self.histories
        held = np.flatnonzero(((h.statuses & bits) != 0) & (h.day >= self.first) & (h.day <= self.last))
        return len(np.intersect1d(np.searchsorted(h.starts, held, side="right") - 1, children))

    def moved_in_time(self) -> tuple[int, int, float]:
        """Of children newly met by both on the partnership's list: how many earlier, later, and the median of days.

        Days are those by which the draft is later (negative: earlier), of the ones that move.
        """
        first = []
        for s in (self.in_force, self.draft):
            mine = self.newly(s)
            mine = mine.chosen(mine.list_of == PARTNERSHIP)
            child, at = np.unique(mine.child, return_index=True)  # in order of child, then night: the first is earliest
            first.append((child, mine.since[at]))
        _, here, there = np.intersect1d(first[0][0], first[1][0], assume_unique=True, return_indices=True)
        days = first[1][1][there].astype(np.int64) - first[0][1][here]
        moved = days[days != 0]
        return int((days < 0).sum()), int((days > 0).sum()), float(np.median(moved)) if len(moved) else 0.0


_NOT_BROUGHT = np.zeros(256, bool)
_NOT_BROUGHT[[int(outcome) for outcome, meaning in MEANING.items() if meaning is Meaning.NOT_BROUGHT]] = True


def _key(child: I32, list_of: I32) -> I64:
    """A child and a list as one number, in the order of both."""
    return (child.astype(np.int64) << 32) + (list_of.astype(np.int64) - PARTNERSHIP)


def _missing(pairs: NDArray[np.int32], others: NDArray[np.int32]) -> Places:
    """The (child, list) pairs that are not among the others."""
    alone = ~np.isin(_key(pairs[:, 0], pairs[:, 1]), _key(others[:, 0], others[:, 1]))
    return Places(pairs[alone, 0], pairs[alone, 1])


def _of_rule(side: Side, rule_id: str) -> Newly:
    places = [k for k, rule in enumerate(side.rules) if rule.id == rule_id]
    return side.of_rules.chosen(np.isin(side.rule_of, places))


def monday_of(day: int) -> int:
    """The Monday of the week of a day, both as days since 1970-01-01 (a Thursday)."""
    return day - (day + 3) % 7
