"""Stretches of nights laid together: by rule, by step and by list, whoever is met by more than one thing at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wnb.histories import Histories
from wnb.nights_met import Met
from wnb.patterns import Rule
from wnb.terms import Desk

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

PARTNERSHIP: Final = -1
"""The list of everybody; an agency's own is that agency's number."""


@dataclass(frozen=True, eq=False)
class Newly:
    """Stretches of nights on which somebody is met, one after another: nights as days since 1970-01-01.

    `list_of` is PARTNERSHIP or an agency's number; `since` and `until` the first and last night; `place` the position
    in the histories of the appointment that met it first.
    """

    child: I32
    list_of: I32
    since: I32
    until: I32
    place: I64

    def chosen(self, mask: NDArray[np.bool_]) -> "Newly":
        """Some of the stretches."""
        return Newly(self.child[mask], self.list_of[mask], self.since[mask], self.until[mask], self.place[mask])


@dataclass(frozen=True, eq=False)
class Side:
    """What one set of rules finds: by rule, by list and step, and by list."""

    rules: Sequence[Rule]
    of_rules: Newly
    rule_of: I32  # of each stretch in `of_rules`
    of_steps: Newly
    step_of: I32  # of each stretch in `of_steps`: Step.rank
    of_lists: Newly


def side(histories: Histories, rules: Sequence[Rule], met: Met) -> Side:
    """The stretches of every rule, laid together by rule and list, by list and step, and by list."""
    own = np.array([rule.desk is Desk.OWN_AGENCY for rule in rules], bool)
    rank = np.array([rule.step.rank for rule in rules], np.int32)
    agency = histories.agency[met.place] if len(met.place) else np.empty(0, np.int32)
    list_of = np.where(own[met.rule], agency, PARTNERSHIP).astype(np.int32) if len(own) else agency
    of_rules, rule_of = _together(met, list_of, met.rule)
    of_steps, step_of = _together(met, list_of, rank[met.rule] if len(rank) else met.rule)
    of_lists, _ = _together(met, list_of, np.zeros_like(met.rule))
    return Side(rules, of_rules, rule_of, of_steps, step_of, of_lists)


def _together(met: Met, list_of: I32, kind: I32) -> tuple[Newly, I32]:
    """Stretches of one kind, list and child that touch or overlap become one; in order of kind, list, child, night."""
    order = np.lexsort((met.place, met.since, met.child, list_of, kind))
    child, whose, what = met.child[order], list_of[order], kind[order]
    since, until, place = met.since[order], met.until[order], met.place[order]
    if not len(order):
        return Newly(child, whose, since, until, place), what
    other = np.append(True, (child[1:] != child[:-1]) | (whose[1:] != whose[:-1]) | (what[1:] != what[:-1]))
    # the latest night so far of the same owner: owners rise, so a running maximum never looks across them
    latest = np.maximum.accumulate((np.cumsum(other) << 32) + until) & 0xFFFFFFFF
    begins = other | (since > np.append(0, latest[:-1]) + 1)
    first = np.flatnonzero(begins)
    ends = np.maximum.reduceat(until, first)
    return Newly(child[first], whose[first], since[first], ends, place[first]), what[first]
