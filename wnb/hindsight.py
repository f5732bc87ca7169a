"""The last night's facts, loaded once, and any two sets of rules read over every night before it.

Both sets are read over what is known now of each day, as if each had been in force throughout; nothing is changed.
What an agency keeps to itself is in none of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wnb import joining
from wnb.characteristics import characteristics, lead_professionals
from wnb.comparison import Characteristic, Compared
from wnb.config import Configuration
from wnb.detect import days_of
from wnb.histories import Histories
from wnb.joining import Joined, shareable, under_notice
from wnb.may_read import cluster, homes
from wnb.nights_met import Met, laid, nights_met
from wnb.not_counted import NOTHING, SetAside
from wnb.one_child import NOTHING as NOBODY_DECIDED
from wnb.one_child import Ruled
from wnb.patterns import Rule
from wnb.rules import Rules
from wnb.store.lake import Generation
from wnb.stretches import PARTNERSHIP, Pass, Side, side
from wnb.terms import Desk

OPEN_TO_THE_PARTNERSHIP: Final = "partnership"


@dataclass(frozen=True, eq=False)
class Loaded:
    """The last night's facts as histories, once for every comparison that is asked of them.

    `shared` is what the partnership's rules may read, `every` what agencies' own rules may; `agency_of` and
    `service_of` are by held row, the numbers those of `agencies` and `services` (-1: not to be told).
    """

    configuration: Configuration
    night: date
    facts: Mapping[str, pa.Table]
    joined: Joined
    shared: Histories
    every: Histories
    agency_of: NDArray[np.int32]
    service_of: NDArray[np.int32]
    services: tuple[tuple[str, str], ...]
    characteristics: tuple[Characteristic, ...]
    lead_professionals: Characteristic

    def under_notice(self, short_notice_days: int) -> dict[Desk, Histories]:
        """What the rules of each desk read, where a letter needs so many days to be fair notice."""
        read = {Desk.PARTNERSHIP: self.shared, Desk.OWN_AGENCY: self.every}
        if short_notice_days == self.configuration.rules.short_notice_days:
            return read
        outcome = under_notice(self.joined, self.facts, short_notice_days).counted_outcome
        return {desk: replace(histories, outcome=outcome[histories.row]) for desk, histories in read.items()}

    @cached_property
    def homes(self) -> NDArray[np.int32]:
        """By child, the household as the partnership may know it on the night."""
        allowed = shareable(self.configuration, self.facts, self.joined)
        return homes(self.facts, self.joined, self.night, allowed, of_everybody=True)[0]

    @cached_property
    def homes_of_agencies(self) -> tuple[tuple[int, NDArray[np.int32]], ...]:
        """Each agency's number and, by child, the household as that agency tells it."""
        tell = [
            k
            for k, agency in enumerate(self.joined.agencies)
            if self.facts[agency]["household_id"].null_count < self.facts[agency].num_rows
        ]
        return tuple((k, homes(self.facts, self.joined, self.night, self.agency_of == k)[0]) for k in tell)

    def list_name(self, number: int) -> str:
        """A list as people call it: the partnership's, or an agency's own."""
        return "partnership" if number == PARTNERSHIP else self.joined.agencies[number]


def loaded(
    configuration: Configuration,
    generation: Generation,
    night: date,
    set_aside: SetAside = NOTHING,
    ruled: Ruled = NOBODY_DECIDED,
) -> Loaded:
    """Everything that a comparison reads."""
    joined = joining.join(
        configuration,
        generation.facts,
        {},
        generation,
        frozenset(),
        generation.last_sequence,
        night,
        set_aside,
        ruled,
        generation.by_likeness,
    )
    allowed = shareable(configuration, generation.facts, joined)
    shared = cluster(configuration, generation.facts, joined, night, allowed)
    whole = bool(allowed.all())
    every = shared if whole else cluster(configuration, generation.facts, joined, night, np.ones_like(allowed))
    agency_of = np.repeat(np.arange(len(joined.agencies), dtype=np.int32), np.diff(joined.bounds))
    service_of, services = _services(configuration, generation.facts, joined)
    return Loaded(
        configuration, night, generation.facts, joined, shared, every, agency_of, service_of, services,
        characteristics(configuration, generation.facts, joined),
        lead_professionals(configuration, generation.facts, joined),
    )  # fmt: skip


def _services(
    configuration: Configuration, facts: Mapping[str, pa.Table], joined: Joined
) -> tuple[NDArray[np.int32], tuple[tuple[str, str], ...]]:
    """By held row the number of its service, -1 where it may not be told or is not known; and the services."""
    numbers: list[NDArray[np.int32]] = []
    names: list[tuple[str, str]] = []
    for agency in joined.agencies:
        told, column = configuration.agencies[agency], facts[agency]["service"].combine_chunks()
        coded = pc.dictionary_encode(column.cast(pa.string()))
        own = [
            told.sharing_by_service.get(service, told.sharing) == OPEN_TO_THE_PARTNERSHIP
            for service in coded.dictionary.to_pylist()
        ]
        place = np.append(np.where(own, np.arange(len(own)) + len(names), -1), -1).astype(np.int32)
        numbers.append(place[pc.fill_null(coded.indices, len(own)).to_numpy(zero_copy_only=False)])
        names += [(agency, service) for service in coded.dictionary.to_pylist()]
    return np.concatenate(numbers) if numbers else np.empty(0, np.int32), tuple(names)


def compared(known: Loaded, in_force: Rules, draft: Rules, first: date, last: date) -> Compared:
    """Both sets of rules over every night from `first` to `last`; a rule that both have is looked for once."""
    asked: dict[str, tuple[Rule, tuple[Desk, int, int]]] = {}
    for rules in (in_force, draft):
        for rule in rules.rules:
            read = rule.desk, rules.recall_days, rules.short_notice_days
            asked.setdefault(meaning_of(rule, rules), (rule, read))
    histories = {days: known.under_notice(days) for days in {in_force.short_notice_days, draft.short_notice_days}}
    met: dict[str, Met] = {}
    for read in sorted({read for _, read in asked.values()}):
        desk, recall, notice = read
        keys = [key for key, (_, each) in asked.items() if each == read]
        found = _met(known, desk, histories[notice][desk], [asked[key][0] for key in keys], first, last, recall)
        met |= dict(zip(keys, found, strict=True))
    return Compared(
        known.every,
        days_of(first),
        days_of(last),
        *(_side(known, rules, histories[rules.short_notice_days], met) for rules in (in_force, draft)),
    )


def _met(
    known: Loaded, desk: Desk, histories: Histories, rules: Sequence[Rule], first: date, last: date, recall_days: int
) -> list[Met]:
    """What each rule of one desk meets; of a rule about a household, by the households that the desk may know of.

    An agency's own list knows only its own: such a rule has a scope within the agency (`Family`), and whatever it meets
    in another agency's scope belongs to another list.
    """

    def swept(asked: Sequence[Rule], home: NDArray[np.int32]) -> Met:
        return nights_met(replace(histories, household=home), asked, first, last, recall_days=recall_days)

    nobody_asks = np.empty(0, np.int32)
    if desk is Desk.PARTNERSHIP:
        found = swept(rules, known.homes if any(rule.others for rule in rules) else nobody_asks)
        return [found.only(k) for k in range(len(rules))]
    alone = [k for k, rule in enumerate(rules) if not rule.others]
    found = swept([rules[k] for k in alone], nobody_asks)
    met = {k: found.only(place) for place, k in enumerate(alone)}
    for k in {*range(len(rules))} - {*alone}:
        parts = [found.only(len(alone))]  # nothing, where no agency tells of a household
        for agency, home in known.homes_of_agencies:
            theirs = swept([rules[k]], home)
            parts.append(theirs.at(known.agency_of[histories.row[theirs.place]] == agency))
        met[k] = laid(parts)
    return [met[k] for k in range(len(rules))]


def meaning_of(rule: Rule, rules: Rules) -> str:
    """What of a rule decides whom it finds; its name, its step and its source do not."""
    for_all = f"{rules.recall_days} {rules.short_notice_days}"
    return f"{rule.model_dump_json(exclude={'id', 'title', 'source', 'in_force_from', 'step'})} {for_all}"


def _side(known: Loaded, rules: Rules, histories: Mapping[Desk, Histories], met: Mapping[str, Met]) -> Side:
    passes = [Pass(histories[rule.desk], [rule], met[meaning_of(rule, rules)]) for rule in rules.rules]
    own = [known.configuration.agencies[agency].sharing == "own-agency-only" for agency in known.joined.agencies]
    return side(passes, known.agency_of).without_lists([k for k, kept in enumerate(own) if kept])
