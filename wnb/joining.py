"""Everything held, joined: who each record's child is, what it means by the age on the day, since when it is known.

It leaves every decision to `link` and `recode`. Longer than most because what a night joins, and what it compares with
last night's, are read and written here in one form.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.agency import Agency
from wnb.ages import UNKNOWN_DATE
from wnb.arrays import end_to_end, ints
from wnb.cases import Evidence
from wnb.config import Configuration
from wnb.histories import FROM_THE_FIRST, Spells
from wnb.kindred import Kindred, kindred
from wnb.link import Linked, link
from wnb.not_counted import NO_LETTER, NOTHING, SetAside, Why, not_counted
from wnb.one_child import NOTHING as NOBODY_DECIDED
from wnb.one_child import Pair, Ruled, Verdict
from wnb.recode import Age, only_date, recode
from wnb.records import Records
from wnb.spells import told_by
from wnb.store.lake import DECIDED, IDENTITIES, Generation
from wnb.terms import KEY, MEANING, Known, Meaning, Outcome, Status

CLASS = np.zeros(256, np.uint8)
CLASS[[int(o) for o in Outcome]] = [list(Meaning).index(MEANING[o]) + 1 for o in Outcome]
EPOCH = date(1970, 1, 1)
BEFORE = ["row_id", "child_local_id"]
"""What linking reads of last night's records."""


def day_number(day: date) -> int:
    """A date as the number that histories use: days since 1970-01-01."""
    return (day - EPOCH).days


@dataclass(frozen=True)
class Joined:
    """Everything held, joined: one entry a held appointment row, the agencies one after another in text order."""

    agencies: tuple[str, ...]  # those that hold appointments
    bounds: np.ndarray  # int64[agencies + 1]: where each agency's rows begin
    linked: Linked
    child: np.ndarray  # int32
    day: np.ndarray  # int32
    told: np.ndarray  # uint8
    outcome: np.ndarray  # uint8, after the recode
    age: np.ndarray  # uint8, Age
    own_date: np.ndarray  # bool: the age is from a date or age of the same agency
    live: np.ndarray  # bool: neither withdrawn nor entered in error
    known: np.ndarray  # int32, night
    taken_in_tonight: np.ndarray  # bool
    recode_changed: np.ndarray  # bool
    touched: np.ndarray  # bool, by child: something of its records, or whose they are, is not as last night
    date_of_birth: np.ndarray  # int32, by child: the only verified one; UNKNOWN_DATE
    spells: Spells
    kindred: Kindred
    of_others: Mapping[str, np.ndarray]  # int32, by row of each agency that holds no appointments: its child
    of_records: Mapping[str, int]  # of each such agency, which of the records that were linked are its
    decided: Mapping[str, pa.Table]
    identities: pa.Table
    not_counted: np.ndarray  # uint8, not_counted.Why
    earlier: tuple[pa.DictionaryArray | None, ...]  # by agency, row by row: the key of last night's child

    def agency_of(self, row: int) -> int:
        """The position in `agencies` of the agency that a row belongs to."""
        return int(np.searchsorted(self.bounds, row, side="right") - 1)

    def children_among(self, rows: np.ndarray) -> int:
        """How many children the chosen rows (bool) belong to."""
        found = np.zeros(self.linked.children, bool)
        found[self.child[rows]] = True
        return int(found.sum())

    @property
    def counted_outcome(self) -> np.ndarray:
        """uint8, by row: the outcome as histories read it; what is not counted is like any fault of a service."""
        return np.where(self.not_counted, np.uint8(Outcome.SERVICE_FAULT), self.outcome)

    @property
    def in_history(self) -> np.ndarray:
        """bool, by row: live, and the person was a child on the day."""
        return np.asarray(self.live & (self.age == Age.CHILD), bool)


def join(
    configuration: Configuration,
    facts: Mapping[str, pa.Table],
    origins: Mapping[str, np.ndarray],
    before: Generation,
    new_agencies: frozenset[str],
    last_sequence: int,
    night: date,
    set_aside: SetAside = NOTHING,
    ruled: Ruled = NOBODY_DECIDED,
    likely: Sequence[Pair] = (),
) -> Joined:
    """Link, recode and date everything held as of `night`.

    Args:
        origins: by agency, each row's place in last night's facts; agencies that are left out did not change.
        new_agencies: those first known tonight: what they tell does not "come to light late".
        last_sequence: the last receipt that was laid in before joined.
        set_aside: what people said is not to be counted; what they took back comes to light tonight.
        ruled: what people decided of who is one child.
        likely: whom likeness alone joins.
    """
    today = day_number(night)
    appointments = [a for a in in_order(configuration, facts) if a.holds == "appointments"]
    holders = [a for a in in_order(configuration, facts) if a.holds != "appointments"]
    tables = [facts[a.agency] for a in appointments]
    linked = link_held(configuration, facts, before, origins, night, ruled, likely)
    bounds = np.concatenate([[0], np.cumsum([table.num_rows for table in tables])]).astype(np.int64)
    child = end_to_end([linked.child[i] for i in range(len(appointments))], np.int32)
    live = end_to_end([_live(table) for table in tables], bool)
    dates = end_to_end([ints(table["date_of_birth"], pa.int32(), UNKNOWN_DATE) for table in tables], np.int32)
    status_dates = end_to_end(
        [ints(facts[a.agency]["date_of_birth"], pa.int32(), UNKNOWN_DATE) for a in holders], np.int32
    )
    status_child = end_to_end(list(linked.child[len(appointments) :]), np.int32)
    status_live = end_to_end([_live(facts[a.agency], a) for a in holders], bool)
    of_others = {a.agency: linked.child[len(appointments) + place] for place, a in enumerate(holders)}
    of_records = {a.agency: len(appointments) + place for place, a in enumerate(holders)}
    spells = _spells([a for a in holders if a.holds == "statuses"], facts, of_records, linked)
    placed = _had(spells, Status.LOOKED_AFTER, today, linked)
    date_of_birth = only_date(
        np.concatenate([child, status_child]),
        np.concatenate([dates, status_dates]),
        np.concatenate([live, status_live]),
        linked.children,
    )
    day = end_to_end([ints(pc.cast(table["appointment_at"], pa.date32()), pa.int32(), 0) for table in tables], np.int32)
    told = end_to_end([table["told"].to_numpy() for table in tables], np.uint8)
    recoded = recode(
        day=day,
        told=told,
        date_of_birth=dates,
        age=end_to_end([ints(table["age_at_appointment"], pa.int16(), -1) for table in tables], np.int16),
        linked_date=date_of_birth[child],
        manages_own=end_to_end(
            [table["manages_own_appointments"].to_numpy(zero_copy_only=False) for table in tables], bool
        ),
        unborn=np.repeat([a.about == "unborn" for a in appointments], np.diff(bounds)).astype(bool),
    )
    receipt = end_to_end([table["receipt"].to_numpy() for table in tables], np.int32)
    earlier = _Earlier.of([a.agency for a in appointments], tables, origins, before, linked)
    changed = earlier.new | (earlier.meaning != _meaning(recoded.outcome, recoded.age, live)) | (earlier.child != child)
    changed |= _named(appointments, tables, bounds, day, set_aside.given_back)
    fresh = np.repeat([a.agency in new_agencies for a in appointments], np.diff(bounds))
    known = np.where(changed, np.where(fresh, FROM_THE_FIRST, today), earlier.known).astype(np.int32)
    aside = _named(appointments, tables, bounds, day, set_aside.reasons)
    joined = Joined(
        agencies=tuple(a.agency for a in appointments),
        bounds=bounds,
        linked=linked,
        child=child,
        day=day,
        told=told,
        outcome=recoded.outcome,
        age=recoded.age,
        own_date=recoded.own_date | _dated_by_own_agency(child, dates, live, bounds, linked.children),
        live=live,
        known=known,
        taken_in_tonight=receipt > last_sequence,
        recode_changed=~earlier.new & (earlier.outcome != recoded.outcome),
        touched=_touched(linked, child, earlier, live, receipt > last_sequence, holders, facts, before),
        date_of_birth=date_of_birth,
        spells=spells,
        kindred=kindred(configuration, facts, of_others, linked, placed, today),
        of_others=of_others,
        of_records=of_records,
        decided=_decided(appointments, bounds, recoded.outcome, recoded.age, known, child, linked.key),
        identities=pa.table([linked.keys, pa.array(linked.first_night)], schema=IDENTITIES),
        not_counted=np.where(aside, np.uint8(Why.BY_A_PERSON), np.uint8(0)),
        earlier=tuple(_earlier_keys(a, table, origins, before) for a, table in zip(appointments, tables, strict=True)),
    )
    return under_notice(joined, facts, configuration.rules.short_notice_days)


def under_notice(joined: Joined, facts: Mapping[str, pa.Table], short_notice_days: int) -> Joined:
    """The same facts with what is not counted where a letter needs so many days; what a person set aside stays so."""
    tables = [facts[agency] for agency in joined.agencies]
    series = _series(tables)
    nothing = not_counted(
        outcome=joined.outcome,
        day=joined.day,
        child=joined.child,
        in_history=joined.in_history,
        letter=end_to_end([ints(table["letter_sent_on"], pa.int32(), NO_LETTER) for table in tables], np.int32),
        series=series,
        order=_in_series(tables, series),
        by_a_person=joined.not_counted == Why.BY_A_PERSON,
        short_notice_days=short_notice_days,
    )
    return replace(joined, not_counted=nothing)


def _named(
    appointments: Sequence[Agency],
    tables: Sequence[pa.Table],
    bounds: np.ndarray,
    day: np.ndarray,
    wanted: Collection[Evidence],
) -> np.ndarray:
    """bool, by held row: whether it is one of these appointments, by its reference and its day."""
    found = np.zeros(len(day), bool)
    for agency, table, start in zip(appointments, tables, bounds[:-1], strict=True):
        prefix = f"{agency.agency}/"
        days = {(e.reference.removeprefix(prefix), day_number(e.day)) for e in wanted if e.reference.startswith(prefix)}
        if days:
            ids = pa.array(sorted({each for each, _ in days}), pa.string())
            mine = np.flatnonzero(pc.is_in(table["appointment_id"], value_set=ids).to_numpy(zero_copy_only=False))
            told = table["appointment_id"].take(pa.array(mine)).to_pylist()
            found[start + mine] = [one in days for one in zip(told, day[start + mine].tolist(), strict=True)]
    return found


def _series(tables: Sequence[pa.Table]) -> np.ndarray:
    """int64, by held row: the number of its series within its agency, -1 where it is in none."""
    numbers, numbered = [], 0
    for table in tables:
        ids = pc.utf8_trim_whitespace(table["series_id"])
        given = pc.if_else(pc.equal(ids, ""), pa.scalar(None, pa.string()), ids)
        coded = pc.dictionary_encode(given).combine_chunks()
        place = pc.fill_null(coded.indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
        numbers.append(np.where(place >= 0, place + numbered, -1))
        numbered += len(coded.dictionary)
    return end_to_end(numbers, np.int64)


def _in_series(tables: Sequence[pa.Table], series: np.ndarray) -> np.ndarray:
    """int64, by held row: the order of appointments that are in any series, by time and, where it ties, by id."""
    order = np.zeros(len(series), np.int64)
    rows = np.flatnonzero(series >= 0)
    if len(rows):
        told = pa.concat_tables([table.select(["appointment_at", "appointment_id"]) for table in tables])
        by_time = pc.sort_indices(
            told.take(pa.array(rows)), [("appointment_at", "ascending"), ("appointment_id", "ascending")]
        ).to_numpy()
        order[rows[by_time]] = np.arange(len(rows))
    return order


def in_order(configuration: Configuration, facts: Mapping[str, pa.Table]) -> list[Agency]:
    """The agencies of which something is held, as linking reads them: appointments, then statuses, then people."""
    return [
        agency
        for holds in KEY
        for agency in configuration.agencies.values()
        if agency.holds == holds and agency.agency in facts
    ]


def link_held(
    configuration: Configuration,
    facts: Mapping[str, pa.Table],
    before: Generation,
    origins: Mapping[str, np.ndarray],
    night: date,
    ruled: Ruled,
    likely: Sequence[Pair] = (),
) -> Linked:
    """Who everything held is of, in the order of `in_order`; arguments as for `join`."""
    upns = bool(configuration.partnership.linking.upn_legal_basis.strip())
    return link(
        [_records(agency, facts[agency.agency], upns, origins, before) for agency in in_order(configuration, facts)],
        before.identities,
        day_number(night),
        ruled.pairs(Verdict.SAME),
        ruled.pairs(Verdict.DIFFERENT),
        likely,
        dict(
            _moved(
                configuration, facts, before, {key for each in ruled.decisions for side in each.sides for key in side}
            )
        ),
    )


def _moved(
    configuration: Configuration, facts: Mapping[str, pa.Table], before: Generation, keys: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Of agencies' own numbers those that none of their records of last night state any more, and what these state.

    Where they state several, or none, it is nobody's (an empty key): who was meant cannot be said.
    """
    named = defaultdict[str, set[str]](set)
    for key in keys:
        agency, slash, own = key.partition("/")
        if slash and agency in facts and agency in before.facts:
            named[agency].add(own)
    for agency, numbers in sorted(named.items()):
        asked = [KEY[configuration.agencies[agency].holds], "child_local_id"]
        last, held = before.facts[agency].select(asked), facts[agency].select(asked)
        last = last.filter(pc.is_in(last["child_local_id"], value_set=pa.array(sorted(numbers), pa.string())))
        held = held.filter(pc.is_in(held[asked[0]], value_set=last[asked[0]].combine_chunks()))
        states, now = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
        for row_id, own in zip(*(column.to_pylist() for column in held.columns), strict=True):
            states[row_id].add(own or "")
        for row_id, own in zip(*(column.to_pylist() for column in last.columns), strict=True):
            now[own] |= states.get(row_id, set())
        for own, stated in sorted(now.items()):
            if stated and own not in stated:
                given = stated - {""}
                yield f"{agency}/{own}", f"{agency}/{given.pop()}" if len(given) == 1 else ""


def shareable(configuration: Configuration, facts: Mapping[str, pa.Table], joined: Joined) -> np.ndarray:
    """bool, by held row: whether the partnership's rules may count it. What an agency keeps to itself never is."""
    allowed = [~kept_back(configuration.agencies[name], facts[name]["service"]) for name in joined.agencies]
    return end_to_end(allowed, bool)


def kept_back(agency: Agency, service: pa.ChunkedArray) -> np.ndarray:
    """bool, by row: whether the agency keeps an appointment of this service to itself."""
    own = [name for name, sharing in agency.sharing_by_service.items() if sharing == "own-agency-only"]
    kept = pc.is_in(service, value_set=pa.array(own, pa.string())).to_numpy(zero_copy_only=False)
    return np.asarray(kept | (agency.sharing == "own-agency-only"), bool)


def may_be_told(agency: Agency, table: pa.Table) -> np.ndarray:
    """bool, by row: it says whose it is, and the partnership may know: it stands, and nobody keeps it to itself."""
    if "service" in table.column_names:
        return np.asarray(standing(table, agency) & ~kept_back(agency, table["service"]))
    if "status" in table.column_names:
        return np.asarray(standing(table, agency) & ~kept_status(agency, table["status"]))
    return np.asarray(standing(table, agency) & (agency.sharing != "own-agency-only"))


def kept_status(agency: Agency, status: pa.ChunkedArray) -> np.ndarray:
    """bool, by row: whether the agency keeps this status to itself."""
    own = [known.value for known in Known if agency.sharing_of_status(known) == "own-agency-only"]
    return np.asarray(pc.is_in(status, value_set=pa.array(own, pa.string())).to_numpy(zero_copy_only=False), bool)


def _earlier_keys(
    agency: Agency, table: pa.Table, origins: Mapping[str, np.ndarray], before: Generation
) -> pa.DictionaryArray | None:
    """By row, the key of the child whose it was last night; null where it is new."""
    decided = before.decided.get(agency.agency)
    if decided is None:
        return None
    keys = decided["child_key"].combine_chunks()
    origin = origins.get(agency.agency)
    if origin is None:
        return keys if len(keys) == table.num_rows else None
    indices = keys.indices.take(pa.array(origin, mask=origin < 0))
    if indices.null_count and agency.agency in before.facts:
        indices = _told_again(agency, table, before.facts[agency.agency], keys.indices, indices)
    return pa.DictionaryArray.from_arrays(indices, keys.dictionary)


def _told_again(agency: Agency, table: pa.Table, last: pa.Table, codes: pa.Array, indices: pa.Array) -> pa.Array:
    """The codes of rows that are new tonight, where an appointment of the same id was held last night."""
    key = KEY[agency.holds]
    new = np.flatnonzero(indices.is_null().to_numpy(zero_copy_only=False))
    ids = table[key].take(pa.array(new)).combine_chunks()
    rows = np.flatnonzero(pc.is_in(last[key], value_set=ids).to_numpy(zero_copy_only=False))
    place = pc.index_in(ids, value_set=last[key].take(pa.array(rows)).combine_chunks())
    whole = np.array(indices.fill_null(-1).to_numpy(zero_copy_only=False))
    known = np.append(codes.take(pa.array(rows)).to_numpy(zero_copy_only=False), -1)
    whole[new] = known[pc.fill_null(place, -1).to_numpy(zero_copy_only=False)]
    return pa.array(whole, indices.type, mask=whole < 0)


def _records(
    agency: Agency, table: pa.Table, upns: bool, origins: Mapping[str, np.ndarray], before: Generation
) -> Records:
    last = before.facts.get(agency.agency)
    return Records(
        agency=agency.agency,
        nhs_number=table["nhs_number"],
        child_local_id=table["child_local_id"],
        row_id=table[KEY[agency.holds]],
        live=_live(table, agency),
        given_name=table["given_name"],
        family_name=table["family_name"],
        date_of_birth=table["date_of_birth"],
        upn=_told_upns(agency, table) if upns and "school_upn" in table.column_names else None,
        earlier=_earlier_keys(agency, table, origins, before),
        before=None if last is None else last.select([KEY[agency.holds], "child_local_id"]).rename_columns(BEFORE),
    )


def _told_upns(agency: Agency, table: pa.Table) -> pa.ChunkedArray:
    """The pupils' numbers that may link: what an agency or a service keeps to itself joins nobody else's records."""
    if "service" not in table.column_names:
        nobody = pa.chunked_array([pa.nulls(table.num_rows, pa.string())])
        return nobody if agency.sharing == "own-agency-only" else table["school_upn"]
    kept = pa.array(kept_back(agency, table["service"]))
    return pa.chunked_array([pc.if_else(kept, None, table["school_upn"].combine_chunks())])


def standing(table: pa.Table, agency: Agency) -> np.ndarray:
    """bool, by row: it says whose it is: neither withdrawn nor entered in error."""
    return _live(table, agency)


def _live(table: pa.Table, agency: Agency | None = None) -> np.ndarray:
    if agency and (agency.extract.gone_means == "ended" or agency.holds == "people"):
        # what is over was so all the same; who somebody is does not end when they leave a school's list
        return np.ones(table.num_rows, bool)
    live = pc.is_null(table["withdrawn_by"]).to_numpy(zero_copy_only=False)
    if "told" in table.column_names:
        live = live & (table["told"].to_numpy() != Outcome.ENTERED_IN_ERROR)
    return np.asarray(live, bool)


def _touched(
    linked: Linked,
    child: np.ndarray,
    earlier: "_Earlier",
    live: np.ndarray,
    told_tonight: np.ndarray,
    holders: list[Agency],
    facts: Mapping[str, pa.Table],
    before: Generation,
) -> np.ndarray:
    touched = np.zeros(linked.children, bool)
    otherwise = told_tonight | earlier.new | (earlier.child != child) | (earlier.live != live)
    touched[child[otherwise]] = True
    touched[earlier.child[otherwise & (earlier.child >= 0)]] = True  # whoever lost a record, too
    for place, agency in enumerate(holders, len(linked.child) - len(holders)):
        if facts[agency.agency] is not before.facts.get(agency.agency):
            touched[linked.child[place]] = True
    return touched


def _meaning(outcome: np.ndarray, age: np.ndarray, live: np.ndarray) -> np.ndarray:
    """What a row is in a history, as a small number; 0 where it is in none."""
    return np.where(live & (age == Age.CHILD), CLASS[outcome], 0)


@dataclass(frozen=True)
class _Earlier:
    """What last night decided of each row that is held tonight."""

    new: np.ndarray
    meaning: np.ndarray
    outcome: np.ndarray
    child: np.ndarray
    known: np.ndarray
    live: np.ndarray

    @classmethod
    def of(
        cls,
        agencies: list[str],
        tables: list[pa.Table],
        origins: Mapping[str, np.ndarray],
        before: Generation,
        linked: Linked,
    ) -> "_Earlier":
        new, meaning, outcome, child, known, live = [], [], [], [], [], []
        for agency, table in zip(agencies, tables, strict=True):
            decided = before.decided.get(agency, DECIDED.empty_table())
            origin = origins.get(agency, np.arange(decided.num_rows))
            if len(origin) != table.num_rows:
                origin = np.full(table.num_rows, -1)
            at = np.append(np.arange(decided.num_rows), -1)[origin]
            told = np.append(decided["outcome"].to_numpy(), np.uint8(0))[at]
            age = np.append(decided["age"].to_numpy(), np.uint8(0))[at]
            was_live = np.append(_live(before.facts[agency]) if agency in before.facts else np.empty(0, bool), False)[
                at
            ]
            keys = decided["child_key"].combine_chunks() if decided.num_rows else None
            owner = np.full(1, -1)
            if keys is not None:
                now = pc.index_in(keys.dictionary, value_set=linked.key)
                mapped = pc.fill_null(now, -1).to_numpy(zero_copy_only=False)
                owner = np.append(mapped[keys.indices.to_numpy()], -1)
            new.append(at < 0)
            meaning.append(_meaning(told, age, was_live))
            outcome.append(told)
            child.append(owner[at])
            known.append(np.append(decided["known"].to_numpy(), np.int32(0))[at])
            live.append(was_live)
        return cls(
            end_to_end(new, bool),
            end_to_end(meaning, np.uint8),
            end_to_end(outcome, np.uint8),
            end_to_end(child, np.int32),
            end_to_end(known, np.int32),
            end_to_end(live, bool),
        )


def _dated_by_own_agency(
    child: np.ndarray, dates: np.ndarray, live: np.ndarray, bounds: np.ndarray, children: int
) -> np.ndarray:
    """bool, by row: the agency itself states the child's date of birth on another of its records."""
    told = np.zeros(len(child), bool)
    for start, end in pairwise(bounds):
        own = only_date(child[start:end], dates[start:end], live[start:end], children)
        told[start:end] = own[child[start:end]] != UNKNOWN_DATE
    return told


def _decided(
    appointments: list[Agency],
    bounds: np.ndarray,
    outcome: np.ndarray,
    age: np.ndarray,
    known: np.ndarray,
    child: np.ndarray,
    names: pa.Array,
) -> dict[str, pa.Table]:
    tables = {}
    for agency, start, end in zip(appointments, bounds[:-1], bounds[1:], strict=True):
        mine = np.zeros(len(names), bool)
        mine[child[start:end]] = True
        place = (np.cumsum(mine) - 1).astype(np.int32)
        keys = pa.DictionaryArray.from_arrays(pa.array(place[child[start:end]]), names.filter(pa.array(mine)))
        tables[agency.agency] = pa.table(
            [pa.array(outcome[start:end]), pa.array(age[start:end]), keys, pa.array(known[start:end])], schema=DECIDED
        )
    return tables


def _spells(
    holders: list[Agency], facts: Mapping[str, pa.Table], of_records: Mapping[str, int], linked: Linked
) -> Spells:
    """Every status that may decide a list; told of a number of two people without a name, it holds for all of them: a
    child may be overlooked for a status too few, and is looked at for one too many.
    """
    child, bit, since, until = [], [], [], []
    words = pa.array([str(known) for known in Known])
    bits = np.array([known.status.bit if known.status else 0 for known in Known], np.uint16)
    for agency in holders:
        table = facts[agency.agency]
        told = told_by(agency, table)
        of_row = bits[pc.index_in(table["status"], value_set=words).to_numpy()]
        says = told.says & (of_row > 0) & ~kept_status(agency, table["status"])  # what it keeps decides no list
        rows, of = linked.told_of(of_records[agency.agency])
        rows, of = rows[says[rows]], of[says[rows]]
        child.append(of)
        bit.append(of_row[rows])
        since.append(told.first[rows])
        until.append(told.last[rows])
    return Spells(
        end_to_end(child, np.int32),
        end_to_end(bit, np.uint16),
        end_to_end(since, np.int32),
        end_to_end(until, np.int32),
    )


def _had(spells: Spells, status: Status, day: int, linked: Linked) -> np.ndarray:
    """bool, by child: whether it had a status on a day."""
    had = np.zeros(linked.children, bool)
    had[spells.child[(spells.bit == status.bit) & (spells.first <= day) & (spells.last >= day)]] = True
    return had
