"""Everything held about tonight that lists, sheets and explanations are drawn from, row by row for chosen children.

What may not be shared is taken away here, before anything is drawn: an agency's own list speaks of its own
appointments only, the partnership's of nothing that an agency or a service keeps to itself, and of a `fact-only` one by
counts and dates alone.

Longer than most because whatever is drawn asks here, and may ask nowhere else.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.addresses import bare_postcode, is_sealed
from wnb.agency import Agency
from wnb.ages import birthday
from wnb.cases import Evidence
from wnb.config import Configuration
from wnb.identity import Kind, kind_of
from wnb.in_sight import Doubts, InDoubt, children_in_sight
from wnb.joining import EPOCH, Joined, day_number, shareable, standing
from wnb.kindred import seals
from wnb.likely import waiting
from wnb.linkage import Model
from wnb.may_read import homes
from wnb.not_counted import ONCE_IN, Why
from wnb.of_children import Person, ToldOfChild, people_of, statuses_of
from wnb.one_child import NOTHING as NOBODY_DECIDED
from wnb.one_child import LinkDecision, Ruled, Verdict
from wnb.publish.rows import SilentAgency
from wnb.recode import Age
from wnb.recorded import Recorded, recorded
from wnb.store.children import key_of, new_id
from wnb.store.lake import PAIRS, AgencyState
from wnb.terms import KEY, MEANING, NO_OUTCOME_YET, Extract, Meaning, Outcome
from wnb.unsaid import said
from wnb.working_days import working_day_after

NOT_COUNTED = "not counted"
OUTSTANDING_AFTER = 5  # working days (interface: "still so five working days on")
TOLD = (
    "appointment_id", "appointment_at", "original_code", "child_local_id", "nhs_number", "given_name", "family_name",
    "date_of_birth", "postcode", "service", "unverified", "extract_date", "receipt", "line", "file", "deceased",
    "lead_professional", "withdrawn_on", "letter_sent_on", "school_upn", "household_id",
)  # fmt: skip


@dataclass(frozen=True)
class HeldRow:
    """One held appointment: what its agency told, and what tonight makes of it."""

    agency: str
    appointment_id: str
    appointment_at: datetime
    original_code: str
    child_local_id: str | None
    nhs_number: int | None
    given_name: str | None
    family_name: str | None
    date_of_birth: date | None
    postcode: str | None
    service: str | None
    unverified: bool
    extract_date: date
    receipt: int
    line: int
    file: str
    deceased: str | None
    lead_professional: str | None
    withdrawn_on: date | None
    letter_sent_on: date | None
    school_upn: str | None
    household_id: str | None
    outcome: Outcome
    live: bool
    in_history: bool  # live, and the person was a child on the day
    outstanding: bool
    not_counted: str  # "not counted: …", where it means nothing although it stands; else empty

    @property
    def day(self) -> date:
        """The local day."""
        return self.appointment_at.date()

    @property
    def reference(self) -> str:
        """agency/appointment_id, as evidence names it."""
        return f"{self.agency}/{self.appointment_id}"

    @property
    def register(self) -> Kind | None:
        """Whose register its number is of; None where no number verifies."""
        return None if self.nhs_number is None else kind_of(self.nhs_number)

    @property
    def meaning(self) -> Meaning:
        """What it is in a history."""
        return MEANING[self.outcome]


class Stated(NamedTuple):
    """What one record states of whose it is."""

    agency: str
    row_id: str
    nhs_number: int | None
    child_local_id: str | None
    school_upn: str | None


@dataclass(frozen=True)
class Facts:
    """A night's facts, joined; built once and handed to everything that draws."""

    configuration: Configuration
    night: date
    held: Mapping[str, pa.Table]
    agencies: Mapping[str, AgencyState]
    joined: Joined
    numbers: Mapping[str, int]  # child id -> child number, for every child that has an id and records
    extracts: tuple[Extract, ...]
    outstanding: np.ndarray  # bool, by held row
    set_aside: Mapping[Evidence, str] = field(default_factory=dict)  # why, by people's decisions (`casework.yaml`)
    ruled: Ruled = NOBODY_DECIDED  # what people decided of who is one child
    likely: pa.Table = field(default_factory=PAIRS.empty_table)  # who may be one child

    @property
    def names(self) -> dict[str, str]:
        """Agency -> its name."""
        return {agency.agency: agency.name for agency in self.configuration.agencies.values()}

    def silent(self) -> tuple[SilentAgency, ...]:
        """Agencies that were expected and not heard: unknown, never "fine"."""
        found = []
        for agency in self.configuration.agencies.values():
            last = self.agencies[agency.agency].last_extract_date if agency.agency in self.agencies else None
            days = (self.night - last).days if last else None
            if days is None or days > agency.extract.expected_every_days:
                found.append(SilentAgency(agency.agency, agency.name, last, days))
        return tuple(found)

    def as_at(self, agency: str) -> date | None:
        """The date of an agency's last extract, where that is not the night's: what it told is as at then."""
        last = self.agencies[agency].last_extract_date if agency in self.agencies else None
        return None if last == self.night else last

    @property
    def upn_legal_basis(self) -> str:
        """On which UPNs link records; empty where they do not."""
        return self.configuration.partnership.linking.upn_legal_basis.strip()

    @cached_property
    def model(self) -> Model:
        """By which children are suggested to be one."""
        return Model.read(self.configuration.linkage)

    @cached_property
    def decided_of(self) -> Mapping[str, int]:
        """The child tonight of each identity key of which people decided something."""
        return self.joined.linked.behind(side for decision in self.ruled.decisions for side in decision.sides)

    @cached_property
    def unsure(self) -> tuple[LinkDecision, ...]:
        """The decisions by which a person was not sure: what they asked still waits."""
        return tuple(one for one in self.ruled.decisions if one.verdict is Verdict.UNSURE)

    @cached_property
    def unsure_of(self) -> Mapping[frozenset[int], LinkDecision]:
        """By two children, the decision of whoever was not sure of them."""
        return {frozenset(self.decided_of.get(key, -1) for key in one.keys): one for one in self.unsure}

    @cached_property
    def open_pairs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of `likely` the rows that wait, and the numbers of both children: nobody has said whether they are one."""
        decided = [*self.ruled.pairs(Verdict.SAME), *self.ruled.pairs(Verdict.DIFFERENT)]
        return waiting(self.model, self.likely, self.joined.linked, decided)

    @cached_property
    def likely_of(self) -> Mapping[int, tuple[Mapping[str, Any], ...]]:
        """By child who has an id, with whom it may be one, likeliest first: rows of `PAIRS`, and `child`, the other.

        Those of whom a person was not sure are among them: they may be one still.
        """
        rows, one, other = self.open_pairs
        named = np.fromiter(self.numbers.values(), np.int64)
        wanted = np.flatnonzero(np.isin(one, named) | np.isin(other, named))
        found: dict[int, list[Mapping[str, Any]]] = {}
        for place, row in zip(wanted.tolist(), self.likely.take(pa.array(rows[wanted])).to_pylist(), strict=True):
            both = int(one[place]), int(other[place])
            for mine, theirs in (both, both[::-1]):
                found.setdefault(mine, []).append({**row, "child": theirs})
        return {child: tuple(told) for child, told in found.items()}

    @cached_property
    def joined_by_likeness(self) -> frozenset[int]:
        """The children, by number, of whom records are joined by likeness alone."""
        linked = self.joined.linked
        return frozenset(linked.child_of(key for pair in linked.by_likeness for key in pair).values())

    @property
    def links_waiting(self) -> int:
        """How many questions wait for a person to say who is one child: as many as `wnb links` tells."""
        in_doubt, likely = self.doubts(), self.open_pairs[0]
        not_held = len(self.not_holding)
        numbers = len(self.shared_waiting) + len(in_doubt.own_numbers) + len(in_doubt.reused)
        return len(likely) + numbers + not_held + len(self.unsure_waiting)

    @cached_property
    def shared_waiting(self) -> Mapping[str, tuple[int, ...]]:
        """The numbers of two people in sight that wait: of any two of them nobody has said that they are two."""
        of = self.decided_of
        decided = [each.keys for each in self.ruled.decisions if each.verdict is Verdict.DIFFERENT]
        two = {frozenset(of.get(key, -1) for key in keys) for keys in decided}
        return {
            number: children
            for number, children in self.doubts().shared.items()
            if any(frozenset(pair) not in two for pair in combinations(children, 2))
        }

    @cached_property
    def not_holding(self) -> tuple[LinkDecision, ...]:
        """The decisions that hold no more by what is known: a person decides again."""
        linked, of = self.joined.linked, self.decided_of
        return tuple(
            one
            for one in self.ruled.decisions
            if (one.verdict is Verdict.SAME and one.keys in linked.not_joined)
            or (one.verdict is Verdict.DIFFERENT and len({of.get(key) for key in one.keys}) < 2)
        )

    @cached_property
    def unsure_waiting(self) -> tuple[LinkDecision, ...]:
        """Of whom people were not sure, and for whom nothing else waits: no number that they share, no likeness."""
        _, one, other = self.open_pairs
        waits = {frozenset(children) for children in self.shared_waiting.values()}
        waits |= {frozenset(pair) for pair in zip(one.tolist(), other.tolist(), strict=True)}
        return tuple(decision for pair, decision in self.unsure_of.items() if pair not in waits)

    def called(self, child: int) -> str:
        """The id of a child, or that by which it can be asked for although it has never been on a list."""
        return self.ids.get(child) or new_id(self._secret, self.joined.linked.key[child].as_py(), self.numbers)

    @cached_property
    def _secret(self) -> bytes:
        return key_of(self.configuration)

    @cached_property
    def sealed_by(self) -> Mapping[int, list[str]]:
        """By child, the agencies that share and say that its address may be told to nobody."""
        found = defaultdict[int, list[str]](list)
        for agency in self.joined.of_others:
            holder = self.configuration.agencies[agency]
            if holder.sharing != "own-agency-only":
                says = seals(holder, self.held[agency], day_number(self.night))
                rows, of = self.joined.linked.told_of(self.joined.of_records[agency])
                for child in np.unique(of[says[rows]]).tolist():
                    found[child].append(agency)
        return found

    @cached_property
    def sealed(self) -> np.ndarray:
        """bool, by child: its postcode stands on no list. Its address is sealed; or it is of one household with a child
        whose is, or may be that child, and nobody has decided that yet; or a record of its own says, where a postcode
        should be, that it is kept back, or gives that of a refuge which the partnership has named.
        """
        sealed = self.joined.kindred.sealed.copy()
        if sealed.any():
            sealed = np.isin(self.homes, self.homes[sealed])
        in_dispute = [*self._in_dispute()]
        while any(0 < sealed[several].sum() < len(several) for several in in_dispute):
            for several in in_dispute:
                sealed[several] |= sealed[several].any()
        _, one, other = self.open_pairs
        hers = sealed[one] | sealed[other]
        sealed[np.concatenate([one[hers], other[hers]])] = True
        for decision in self.ruled.decisions:
            if decision.verdict is Verdict.UNSURE or decision.keys in self.joined.linked.not_joined:
                both = [self.decided_of[key] for key in decision.keys if key in self.decided_of]
                sealed[both] |= sealed[both].any()
        left_out = self.configuration.partnership.households.left_out
        refuges = {bare_postcode(place.postcode) for place in left_out if place.what == "refuge"} - {""}
        for child, rows in self.listed_rows.items():
            sealed[child] |= any(is_sealed((row.postcode,)) or bare_postcode(row.postcode) in refuges for row in rows)
        return sealed

    @cached_property
    def disputed_own_numbers(self) -> frozenset[str]:
        """agency/local-id of the agencies' own numbers beside which two NHS numbers stand, whoever may know of it."""
        return frozenset(self.joined.linked.conflicting.to_pylist())

    def _in_dispute(self) -> Iterator[list[int]]:
        """The children of each number of which a person must say whose it is."""
        yield from (sorted(children) for children in self.joined.linked.shared.values())
        if self.disputed_own_numbers:
            yield from self._beside_own_numbers()

    def _beside_own_numbers(self) -> Iterator[list[int]]:
        """The children of each of an agency's own numbers that stands beside two NHS numbers."""
        bounds = self.joined.bounds
        of = {name: self.joined.child[bounds[at] : bounds[at + 1]] for at, name in enumerate(self.joined.agencies)}
        for agency, child in (of | dict(self.joined.of_others)).items():
            ids = [key.removeprefix(f"{agency}/") for key in self.disputed_own_numbers if key.startswith(f"{agency}/")]
            told = self.held[agency]["child_local_id"]
            rows = np.flatnonzero(pc.is_in(told, value_set=pa.array(sorted(ids), pa.string())).to_numpy(False))
            found: dict[str, list[int]] = {}
            for own, whose in zip(told.take(pa.array(rows)).to_pylist(), child[rows].tolist(), strict=True):
                found.setdefault(own, []).append(whose)
            yield from found.values()

    @cached_property
    def ids(self) -> Mapping[int, str]:
        """By child who has one, its id."""
        return {number: child_id for child_id, number in self.numbers.items()}

    @cached_property
    def in_sight(self) -> np.ndarray:
        """bool, by child: the partnership may be shown a record of it."""
        return children_in_sight(self.configuration, self.held, self.joined.linked)

    def doubts(self, desk: Agency | None = None) -> Doubts:
        """The numbers in doubt of which a desk may know (None: the partnership)."""
        of = desk.agency if desk else ""
        if of not in self._doubts:
            self._doubts[of] = self._in_doubt.seen_by(of)
        return self._doubts[of]

    @cached_property
    def _in_doubt(self) -> InDoubt:
        return InDoubt.of(self.configuration, self.held, self.joined.linked)

    @cached_property
    def _doubts(self) -> dict[str, Doubts]:
        return {}

    @cached_property
    def listed_rows(self) -> dict[int, list[HeldRow]]:
        """The held rows of every child that has an id."""
        return self.rows_of(sorted(self.numbers.values()))

    def rows_of(self, children: Iterable[int]) -> dict[int, list[HeldRow]]:
        """The held rows of some children, each child's in the order of a history."""
        joined = self.joined
        wanted = np.flatnonzero(np.isin(joined.child, np.fromiter(children, np.int32)))
        rows: list[tuple[int, HeldRow]] = []
        for place, agency in enumerate(joined.agencies):
            start, end = joined.bounds[place], joined.bounds[place + 1]
            mine = wanted[(wanted >= start) & (wanted < end)]
            told = self.held[agency].select(TOLD).take(pa.array(mine - start))
            made = (
                array[mine].tolist()
                for array in (
                    joined.child, joined.outcome, joined.live, joined.in_history, self.outstanding, joined.not_counted
                )
            )  # fmt: skip
            cells = zip(*(told[name].to_pylist() for name in TOLD), strict=True)
            for cell, child, outcome, live, in_history, outstanding, why in zip(cells, *made, strict=True):
                as_told: dict[str, Any] = dict(zip(TOLD, cell, strict=True))
                as_told["lead_professional"] = said(as_told["lead_professional"]) or None
                row = HeldRow(
                    agency=agency,
                    **as_told,
                    outcome=Outcome(outcome),
                    live=live,
                    in_history=in_history,
                    outstanding=outstanding,
                    not_counted=self._why_not(Why(why), agency, as_told),
                )
                rows.append((child, row))
        rows.sort(key=lambda one: (one[1].appointment_at, one[1].agency, one[1].appointment_id))
        found: dict[int, list[HeldRow]] = {}
        for child, row in rows:
            found.setdefault(child, []).append(row)
        return found

    def _why_not(self, why: Why, agency: str, told: Mapping[str, Any]) -> str:
        if why is Why.COUNTED:
            return ""
        row_id, at, letter = told["appointment_id"], told["appointment_at"], told["letter_sent_on"]
        if why is Why.SHORT_NOTICE and letter is not None:
            days = (at.date() - letter).days
            sent = {0: "on the day itself", 1: "1 day before"}.get(
                days, f"{days} days before" if days > 0 else "after it"
            )
            return f"{NOT_COUNTED}: the letter was sent {sent}"
        if why is Why.SAME_SERIES:
            return f"{NOT_COUNTED}: another of the same series, missed in the {ONCE_IN} days before, counts already"
        reason = self.set_aside.get(Evidence(f"{agency}/{row_id}", at.date()), "")
        words = {known.id: known.words for known in self.configuration.casework.not_counted_reasons}
        return f"{NOT_COUNTED}, as a person decided: {words.get(reason, reason)}"

    @cached_property
    def recorded(self) -> Recorded:
        """Of whom ethnicity, language and each parent are recorded."""
        return recorded(self.configuration, self.held, self.joined)

    @cached_property
    def homes(self) -> np.ndarray:
        """int32, by child: its household, equal for those of one, as the partnership may know it."""
        shared = shareable(self.configuration, self.held, self.joined)
        return homes(self.held, self.joined, self.night, shared, of_everybody=True)[0]

    @cached_property
    def family(self) -> dict[int, list[int]]:
        """Every child who has an id and is not alone in its household, with the others of it, grown-ups left out."""
        told = (self.held[agency]["household_id"] for agency in self.joined.agencies)
        if not len(self.joined.kindred.child) and all(ids.null_count == len(ids) for ids in told):
            return {}  # nobody says who lives together
        named = np.fromiter(self.numbers.values(), np.int32)
        size = np.bincount(self.homes, minlength=len(self.homes))
        asked = named[size[self.homes[named]] > 1].tolist()
        grown = birthday(self.joined.date_of_birth, 18) <= day_number(self.night)
        some = np.flatnonzero(np.isin(self.homes, self.homes[asked]) & ~grown)
        of_home: dict[int, list[int]] = {}
        for child in some.tolist():
            of_home.setdefault(int(self.homes[child]), []).append(child)
        return {child: [one for one in of_home.get(int(self.homes[child]), ()) if one != child] for child in asked}

    @cached_property
    def family_rows(self) -> dict[int, list[HeldRow]]:
        """The held rows of the others of those households."""
        return self.rows_of(sorted({other for others in self.family.values() for other in others}))

    @cached_property
    def listed_people(self) -> dict[int, list[Person]]:
        """What agencies that hold people tell of every child that has an id."""
        return self.people_of(sorted(self.numbers.values()))

    @cached_property
    def family_people(self) -> dict[int, list[Person]]:
        """What agencies that hold people tell of the others of those households."""
        return self.people_of(sorted({other for others in self.family.values() for other in others}))

    @cached_property
    def births_of_others(self) -> dict[int, frozenset[tuple[str, date]]]:
        """By child who has an id, agency and date: of birth, as agencies say that hold no appointments."""
        wanted, found = np.fromiter(self.numbers.values(), np.int32), defaultdict[int, set[tuple[str, date]]](set)
        for agency, whose in self.joined.of_others.items():
            table = self.held[agency]
            mine = np.flatnonzero(np.isin(whose, wanted) & standing(table, self.configuration.agencies[agency]))
            for child, born in zip(whose[mine].tolist(), table["date_of_birth"].take(pa.array(mine)), strict=True):
                if born.is_valid:
                    found[child].add((agency, born.as_py()))
        return {child: frozenset(told) for child, told in found.items()}

    def born(self, number: int, desk: Agency | None) -> date | None:
        """The only date of birth that stands of a child on what a desk has in sight; None: nothing, or several."""
        rows = self.listed_rows.get(number, ())
        own = [row for row in rows if desk and row.agency == desk.agency]
        dates = {row.date_of_birth for row in (*own, *self.shared(rows, None)) if row.live and row.date_of_birth}
        dates |= {
            born
            for agency, born in self.births_of_others.get(number, ())
            if self.configuration.agencies[agency].sharing != "own-agency-only"
        }
        return dates.pop() if len(dates) == 1 else None

    @cached_property
    def listed_statuses(self) -> dict[int, list[ToldOfChild]]:
        """What is told of every child that has an id, by whoever holds statuses, what is kept back too."""
        return self.statuses_of(sorted(self.numbers.values()))

    def statuses_of(self, children: Iterable[int]) -> dict[int, list[ToldOfChild]]:
        """What is told of some children; what is kept back too: ask `known` for what may be shown."""
        return statuses_of(self.configuration, self.held, self.joined, self.agencies, children)

    def people_of(self, children: Iterable[int]) -> dict[int, list[Person]]:
        """What agencies that hold people tell of some children; what is kept back too."""
        return people_of(self.configuration, self.held, self.joined, children)

    def stated_by_others(self, number: int) -> list[Stated]:
        """What agencies that share and hold no appointments state of whose their records of child `number` are."""
        found = []
        for agency, whose in self.joined.of_others.items():
            holder, table = self.configuration.agencies[agency], self.held[agency]
            if holder.sharing != "own-agency-only":
                asked = (KEY[holder.holds], "nhs_number", "child_local_id", "school_upn")
                told = table.select([name for name in asked if name in table.column_names])
                for row in told.take(pa.array(np.flatnonzero(whose == number))).to_pylist():
                    found.append(Stated(agency, *(row.get(name) for name in asked)))
        return found

    def shared(self, rows: Iterable[HeldRow], desk: Agency | None) -> list[HeldRow]:
        """The rows that a desk may be shown; where only the fact may be known, nothing that tells the service."""
        if desk:
            return [row for row in rows if row.agency == desk.agency]
        allowed = [(row, self._sharing(row)) for row in rows]
        return [
            replace(
                row, service=None, original_code="", lead_professional=None, not_counted=row.not_counted and NOT_COUNTED
            )
            if sharing == "fact-only"
            else row
            for row, sharing in allowed
            if sharing != "own-agency-only"
        ]

    def _sharing(self, row: HeldRow) -> str:
        agency = self.configuration.agencies[row.agency]
        return agency.sharing_by_service.get(row.service or "", agency.sharing)


def outstanding(joined: Joined, night: date) -> np.ndarray:
    """bool, by held row: past, still without an outcome five working days on, and not known to be an adult's."""
    latest = night
    while working_day_after(latest, OUTSTANDING_AFTER) > night:
        latest -= timedelta(days=1)
    waiting = np.isin(joined.told, [int(o) for o in NO_OUTCOME_YET])
    past = joined.day <= day_number(latest)
    return np.asarray(joined.live & waiting & past & (joined.age != Age.ADULT), bool)


def as_date(day: int) -> date:
    """Days since 1970 as a date."""
    return EPOCH + timedelta(days=int(day))
