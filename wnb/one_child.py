"""What people decided of whether two children are one: same, different, not sure. It binds every night that follows.

A decision names two identity keys, not two ids or two numbers of a night: whatever is learnt of either side later, the
keys stay theirs. The last word on a pair counts, and a word on the same two children by other keys takes back the
earlier one (`replaces`). Entries are only ever added.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

Pair = tuple[str, str]
"""Two identity keys, in text order."""
Side = tuple[str, ...]
"""A child as a decision names it: an identity key, then every other that the casebook has of that child."""


def behind(side: Side, owner: Mapping[str, int]) -> set[int]:
    """Whom a decision means tonight, by every key of the child that somebody owns.

    More than one: the child has come apart since, or one of its numbers is another's now, and nobody can say which of
    them was meant.
    """
    return {owner[key] for key in side if key in owner}


def followed(owner: Mapping[str, int], moved: Mapping[str, str]) -> dict[str, int]:
    """Who owns each key, of those that were given to somebody else tonight whoever owns what their records have now."""
    stays = {key: of for key, of in owner.items() if key not in moved}
    return stays | {key: owner[now] for key, now in moved.items() if now in owner}


class Verdict(StrEnum):
    """What a person said of two children."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


@dataclass(frozen=True)
class LinkDecision:
    """One decision, with all that is needed to make it again when past nights are rebuilt."""

    number: int  # in the order in which they were made, from 1
    verdict: Verdict
    keys: Pair
    children: tuple[str, str]  # their ids when it was decided, in the order of `keys`
    by: str
    at: datetime  # aware
    why: str
    replaces: tuple[int, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)  # identity key -> child id, kept from then on
    after_night: date | None = None  # the last night done when it was made
    others: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())  # other keys stored for each child, in text order

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both children, each by the key that was named and by all others."""
        return (self.keys[0], *self.others[0]), (self.keys[1], *self.others[1])


@dataclass(frozen=True)
class Ruled:
    """The decisions that a night heeds, each pair's last one."""

    decisions: tuple[LinkDecision, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that a decision names."""
        return tuple(key for decision in self.decisions for key in decision.keys)

    def pairs(self, verdict: Verdict) -> tuple[tuple[Side, Side], ...]:
        """The pairs of which people said this last."""
        return tuple(decision.sides for decision in self.decisions if decision.verdict is verdict)


NOTHING: Final = Ruled()


def ruled_on(night: date | None, entries: Iterable[LinkDecision]) -> Ruled:
    """What a night heeds of people's decisions (None: all that were made, as the next night will)."""
    last: dict[Pair, LinkDecision] = {}
    for entry in sorted(entries, key=lambda entry: entry.number):
        if night is None or entry.after_night is None or entry.after_night < night:
            last = {keys: one for keys, one in last.items() if one.number not in entry.replaces}
            last[entry.keys] = entry
    return Ruled(tuple(sorted(last.values(), key=lambda entry: entry.number)))
