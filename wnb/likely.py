"""Who may be one child although nothing certain says so: suggestions for a person, by a frozen model.

Asked are only children of whom no record has a number of the health service, against everybody. Nothing is learnt from
the partnership's data, so that a pair is judged the same on every night. Nothing is joined here. Splink compares, where
the engine is (`engine.alike`); what it is asked, and what is kept for the next night, is decided here.

Longer than most because what a night reads anew and what it keeps from the last must find the same pairs.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.comparable import name, postcode
from wnb.config import Configuration
from wnb.joining import day_number, in_order, link_held, may_be_told
from wnb.kindred import sealed_of
from wnb.link import Linked
from wnb.linkage import ALIKE, FIELDS, Model, probability
from wnb.one_child import Pair, Ruled, Side
from wnb.store.lake import PAIRS, PROFILES, Generation

MOST_ALIKE = 8
"""So many of one name, birthday and postcode may be slips in a number; more are a stand-in for whoever it is."""
FEW = 10
"""So many times as many are looked through for those within reach before they are handed to the model."""
SUGGESTED = pa.schema([*list(ALIKE)[:2], pa.field("weight", pa.float64()), *list(ALIKE)[2:]])
Alike = Callable[[Model, pa.Table, pa.Table], pa.Table]
"""Which account of one table may be of one child with which of another: `engine.Engine.alike`."""


@dataclass(frozen=True)
class Told:
    """What one agency's records say of a person, row by row, where it may be told and stands."""

    child: np.ndarray  # int32
    given_name: pa.ChunkedArray
    family_name: pa.ChunkedArray
    date_of_birth: pa.ChunkedArray  # date32
    postcode: pa.ChunkedArray | None
    rows: np.ndarray  # bool: those that may be compared


def profiles(told: Sequence[Told]) -> pa.Table:
    """Every way in which each child is told of, comparable: child, given, family, born (20190630), postcode."""
    parts = []
    for one in told:
        rows = pa.array(np.flatnonzero(one.rows))
        if not len(rows):
            continue
        born = one.date_of_birth.take(rows)
        parts.append(
            pa.table(
                {
                    "child": one.child[one.rows],
                    "given": _comparable(one.given_name.take(rows), name),
                    "family": _comparable(one.family_name.take(rows), name),
                    "born": _figures(born),
                    "postcode": _none(len(rows))
                    if one.postcode is None
                    else _comparable(one.postcode.take(rows), postcode),
                }
            )
        )
    whole = pa.concat_tables(parts) if parts else _none_of_anybody()
    given, family, born, place = (pc.is_valid(whole[each]) for each in FIELDS)
    by_names = pc.and_(pc.and_(given, family), place)  # enough to be asked about where no birthday is told
    whole = whole.filter(pc.or_(pc.and_(born, pc.or_(given, family)), by_names))
    keys = ["child", "given", "family", "born", "postcode"]
    return whole.group_by(keys, use_threads=False).aggregate([])


def _none_of_anybody() -> pa.Table:
    text = pa.array([], pa.string())
    return pa.table(
        {
            "child": pa.array([], pa.int32()),
            "given": text,
            "family": text,
            "born": pa.array([], pa.int32()),
            "postcode": text,
        }
    )


def _none(rows: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.nulls(rows, pa.string())])


def _figures(born: pa.ChunkedArray) -> pa.Array:
    """A date as its figures, 20190630: what a slip of the hand slips in."""
    days = np.asarray(pc.fill_null(born.cast(pa.int32()), 0).to_numpy(), "datetime64[D]")
    months, years = days.astype("datetime64[M]"), days.astype("datetime64[Y]")
    figures = (
        (years.astype(int) + 1970) * 10_000 + (months.astype(int) % 12 + 1) * 100 + (days - months).astype(int) + 1
    )
    return pa.array(figures, pa.int32(), mask=pc.is_null(born).to_numpy(zero_copy_only=False))


def _comparable(column: pa.ChunkedArray, form: Any) -> pa.ChunkedArray:
    """Each distinct text made comparable once; what says nothing is null."""
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    plain = pa.array([form(text) or None for text in encoded.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([plain.take(encoded.indices)])


def suggestions(
    model: Model, told: pa.Table, linked: Linked, alike: Alike, changed: np.ndarray | None = None
) -> pa.Table:
    """Pairs worth a person's time, likeliest first, of children without a number with anybody: `SUGGESTED`.

    Args:
        model: the frozen model.
        told: as `profiles` gives it.
        linked: who is one child tonight.
        alike: who compares.
        changed: bool by child: only pairs of which one has changed are looked at; None: all.
    """
    without = ~linked.numbered
    asked = told.filter(pa.array(without[told["child"].to_numpy()]))
    if changed is not None:
        asked, told = _that_may_be_new(asked, told, changed)
    if not asked.num_rows or not told.num_rows:
        return SUGGESTED.empty_table()
    found = alike(model, asked, told)
    if changed is not None:  # two who are as they were may both be there, for the sake of others
        found = found.filter(pa.array(changed[found["child"].to_numpy()] | changed[found["other"].to_numpy()]))
    weight = model.weight(found)
    found = pa.table([*found.columns[:2], pa.array(weight), *found.columns[2:]], schema=SUGGESTED)
    return _once(found.filter(pa.array(weight >= model.suggest_from)), without)


def two_numbers(model: Model, told: pa.Table, linked: Linked, changed: np.ndarray | None = None) -> pa.Table:
    """Pairs of children with a number each of whom all the rest is the same: one of the numbers may be another's slip.

    A number with a slip that passes the check looks sound, and its record is lost to the child for good: nothing joins
    two numbers, and nobody would ask. Arguments as for `suggestions`; names, birthday and postcode must all be told.
    """
    whole = told.filter(pa.array(linked.numbered[told["child"].to_numpy()])).drop_null()
    if changed is not None:
        fresh = whole.filter(pa.array(changed[whole["child"].to_numpy()]))
        whole = whole.filter(pc.is_in(_pair(whole, "given", "family"), value_set=_pair(fresh, "given", "family")))
    alike = (
        whole.group_by(list(FIELDS), use_threads=False).aggregate([("child", "list")])["child_list"].combine_chunks()
    )
    many = pc.list_value_length(alike)
    several = alike.filter(pc.and_(pc.greater(many, 1), pc.less_equal(many, MOST_ALIKE))).to_pylist()
    both = sorted({pair for group in several for pair in combinations(sorted(set(group)), 2)})
    if changed is not None:
        both = [(one, other) for one, other in both if changed[one] or changed[other]]
    called = linked.key.take(pa.array([child for pair in both for child in pair], pa.int64())).to_pylist()
    ordered = [pair if called[2 * at] < called[2 * at + 1] else pair[::-1] for at, pair in enumerate(both)]
    columns = [pa.array([pair[side] for pair in ordered], pa.int32()) for side in (0, 1)]
    levels = [pa.array([model.same(field)] * len(both), pa.int32()) for field in FIELDS]
    found = pa.table([*columns, *levels], schema=ALIKE)
    return pa.table([*found.columns[:2], pa.array(model.weight(found)), *found.columns[2:]], schema=SUGGESTED)


def _that_may_be_new(asked: pa.Table, told: pa.Table, changed: np.ndarray) -> tuple[pa.Table, pa.Table]:
    """Both sides without those of whom no new pair can come: as they were, and out of reach of all who are not."""
    fresh, others = _parted(asked, changed)
    theirs, same = _parted(told, changed)
    asked = pa.concat_tables([fresh, _within_reach(others, theirs)])
    return asked, pa.concat_tables([theirs, _within_reach(same, fresh)])


def _parted(accounts: pa.Table, changed: np.ndarray) -> tuple[pa.Table, pa.Table]:
    of_changed = changed[accounts["child"].to_numpy()]
    return accounts.filter(pa.array(of_changed)), accounts.filter(pa.array(~of_changed))


def _within_reach(mine: pa.Table, theirs: pa.Table) -> pa.Table:
    """Of `mine` what the model could compare with any of `theirs`, as `linkage.BLOCKS_BY` says.

    Asked only where the others are few: among many nearly everybody is within reach.
    """
    if theirs.num_rows * FEW > mine.num_rows:
        return mine
    names = pa.chunked_array([*theirs["given"].chunks, *theirs["family"].chunks], pa.string())
    born, place = (pc.is_in(mine[each], _said(theirs[each])) for each in ("born", "postcode"))
    given, family = (pc.is_in(mine[each], _said(names)) for each in ("given", "family"))
    by_birthday, both = pc.and_(born, pc.or_(given, family)), pc.and_(given, family)
    near = mine.append_column("surely", pc.or_(place, by_birthday)).filter(pc.or_(pc.or_(place, by_birthday), both))
    pairs = pa.concat_arrays([_pair(theirs, "given", "family"), _pair(theirs, "family", "given")])
    reached = pc.or_(near["surely"], pc.is_in(_pair(near, "given", "family"), pairs.drop_null()))
    return near.drop_columns("surely").filter(reached)


def _pair(accounts: pa.Table, one: str, other: str) -> pa.Array:
    return pc.binary_join_element_wise(accounts[one], accounts[other], "|").combine_chunks()


def _said(column: pa.ChunkedArray) -> pa.Array:
    """Every value of a column once; that nothing is said is none of them."""
    return pc.unique(column).drop_null()


def _once(pairs: pa.Table, without: np.ndarray) -> pa.Table:
    """Each pair once, the child without a number first (of two such the lower), likeliest first."""
    one, other = pairs["child"].to_numpy(), pairs["other"].to_numpy()
    turned = without[other] & (other < one)  # both were asked about: the pair came twice
    low, high = np.where(turned, other, one), np.where(turned, one, other)
    levels = [pairs[f"gamma_{field}"].to_numpy() for field in FIELDS]  # two accounts may weigh the same
    order = np.lexsort((*levels, high, low, -pairs["weight"].to_numpy()))
    _, first = np.unique(low[order].astype(np.int64) << 32 | high[order], return_index=True)
    kept = order[np.sort(first)]
    table = pairs.take(pa.array(kept)).set_column(0, "child", pa.array(low[kept], pa.int32()))
    return table.set_column(1, "other", pa.array(high[kept], pa.int32())).cast(SUGGESTED)


# ---------------------------------------------------------------- a night


@dataclass(frozen=True)
class Likely:
    """What a night suggests, by identity keys, and what the next one need not read again."""

    pairs: pa.Table  # PAIRS
    profiles: pa.Table  # PROFILES


def likely(
    configuration: Configuration,
    facts: Mapping[str, pa.Table],
    linked: Linked,
    touched: np.ndarray | None,
    before: Generation,
    night: date,
    alike: Alike,
) -> Likely:
    """Who may be one child tonight.

    Args:
        configuration: of the night; its model.
        facts: everything held.
        linked: who is one child.
        touched: bool by child: anything of its records, or whose they are, is not as last night; None: all of them.
        before: last night's generation, with what it suggested.
        night: tonight: an address that is sealed then is compared with none.
        alike: who compares: the engine's.
    """
    told = _told(configuration, facts, linked, sealed_on(configuration, facts, linked, day_number(night)))
    if touched is not None:
        touched = touched | sealed_on(configuration, facts, linked, None)  # from today on, or until yesterday
    model, last = Model.read(configuration.linkage), Likely(before.likely, before.profiles)
    return renewed(model, told, linked, touched, last, alike)


def renewed(
    model: Model, told: Sequence[Told], linked: Linked, touched: np.ndarray | None, before: Likely, alike: Alike
) -> Likely:
    """What was suggested before, with what may be otherwise asked again: the same as if all were asked anew."""
    if not before.profiles.num_rows:
        touched = None
    known, whole, kept = PROFILES.empty_table(), _none_of_anybody(), PAIRS.empty_table()
    if touched is not None:
        told = [replace(one, rows=one.rows & touched[one.child]) for one in told]
    fresh = profiles(told)
    if touched is not None:
        known, kept = _untouched(before, linked, touched)
        whole = _by_child(_within_reach(known, fresh), linked)
    whole = pa.concat_tables([whole, fresh])
    found = pa.concat_tables(
        [suggestions(model, whole, linked, alike, touched), two_numbers(model, whole, linked, touched)]
    )
    new = pa.table(
        [
            linked.key.take(found["child"].combine_chunks()), linked.key.take(found["other"].combine_chunks()),
            *found.columns[2:],
        ],
        schema=PAIRS,
    )  # fmt: skip
    pairs = pa.concat_tables([kept, new])
    pairs = pairs.take(pc.sort_indices(pairs, [("weight", "descending"), ("one", "ascending"), ("other", "ascending")]))
    keyed = pa.table([linked.key.take(fresh["child"].combine_chunks()), *fresh.columns[1:]], schema=PROFILES)
    return Likely(pairs, pa.concat_tables([known, keyed]))


def sealed_on(
    configuration: Configuration, facts: Mapping[str, pa.Table], linked: Linked, day: int | None
) -> np.ndarray:
    """bool, by child: anybody says that its address may be told to nobody (on a day; None: on any)."""
    order = in_order(configuration, facts)
    whose = {a.agency: of for a, of in zip(order, linked.child, strict=True) if a.holds != "appointments"}
    return linked.of_every_side(sealed_of(configuration, facts, whose, linked.children, day))


def _told(
    configuration: Configuration, facts: Mapping[str, pa.Table], linked: Linked, sealed: np.ndarray
) -> list[Told]:
    """What agencies say of people, as far as it may be told to the partnership; what is kept back links nothing."""
    told = []
    for agency, child in zip(in_order(configuration, facts), linked.child, strict=True):
        table = facts[agency.agency]
        rows = may_be_told(agency, table)
        place = table["postcode"] if "postcode" in table.column_names else None
        if place is not None and sealed[child].any():
            place = pa.chunked_array([pc.if_else(pa.array(sealed[child]), None, place.combine_chunks())])
        told.append(Told(child, table["given_name"], table["family_name"], table["date_of_birth"], place, rows))
    return told


def _untouched(before: Likely, linked: Linked, touched: np.ndarray) -> tuple[pa.Table, pa.Table]:
    """Of last night's profiles and pairs those that only speak of children who are as they were."""
    of_touched = linked.keys.filter(pa.array(touched[linked.owner]))
    otherwise = pa.concat_arrays([of_touched, linked.gone])
    profiles_, one, other = (
        pc.invert(pc.is_in(keys, value_set=otherwise))
        for keys in (before.profiles["key"], before.pairs["one"], before.pairs["other"])
    )
    return before.profiles.filter(profiles_), before.pairs.filter(pc.and_(one, other))


def _by_child(accounts: pa.Table, linked: Linked) -> pa.Table:
    """Accounts with the child of each instead of its key; looked for among the keys of all, because they are few."""
    keys = accounts["key"].combine_chunks().dictionary_encode()
    keys = keys if isinstance(keys, pa.DictionaryArray) else keys.combine_chunks()
    place = pc.index_in(linked.key, value_set=keys.dictionary).to_numpy(zero_copy_only=False)
    child = np.full(len(keys.dictionary), -1, np.int32)
    here = np.flatnonzero(~np.isnan(place))
    child[place[here].astype(np.int64)] = here
    of = child[keys.indices.to_numpy()]
    return accounts.drop_columns("key").add_column(0, "child", pa.array(of)).filter(pa.array(of >= 0))


def _children(keys: pa.ChunkedArray, linked: Linked) -> np.ndarray:
    return np.asarray(pc.fill_null(pc.index_in(keys, value_set=linked.key), -1).to_numpy())


def waiting(
    model: Model, pairs: pa.Table, linked: Linked, decided: Collection[tuple[Side, Side]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which of a night's pairs wait for a person, likeliest first: their rows in `pairs`, and both children's numbers.

    Left out are pairs of whom people have said something (`decided`), and whoever is outdone.
    """
    one, other = (_children(pairs[each], linked) for each in ("one", "other"))
    open_ = (one >= 0) & (other >= 0) & (one != other)
    of = linked.behind(side for pair in decided for side in pair)
    for pair in decided:
        mine, theirs = (of.get(side[0], -1) for side in pair)
        open_ &= ~(((one == mine) & (other == theirs)) | ((one == theirs) & (other == mine)))
    rows = np.flatnonzero(open_)
    rows = rows[~model.outdone(one[rows], other[rows], linked.numbered, pairs.take(pa.array(rows)))]
    return rows, one[rows], other[rows]


SURELY_AHEAD = 6.0
"""Bits by which the likeliest must be ahead of the next before likeness alone may join: a twin is never far behind."""


def surely(
    configuration: Configuration,
    facts: Mapping[str, pa.Table],
    before: Generation,
    origins: Mapping[str, np.ndarray],
    night: date,
    ruled: Ruled,
    alike: Alike,
) -> tuple[Pair, ...]:
    """Whom likeness alone joins tonight, where the partnership has set from which probability on; else nobody.

    Names and birthday must agree, however likely the rest makes it, and nobody else may come near: brothers, sisters
    and twins are alike in all but a name. What people have said of a pair, not sure as well, goes before it.
    """
    least = configuration.partnership.linking.join_from_probability
    if least is None:
        return ()
    linked = link_held(configuration, facts, before, origins, night, ruled)
    found = likely(configuration, facts, linked, None, Generation(), night, alike).pairs.to_pylist()
    child = linked.child_of(key for pair in found for key in (pair["one"], pair["other"]))
    of = linked.behind(side for each in ruled.decisions for side in each.sides)
    decided = {frozenset(of.get(key, -1) for key in each.keys) for each in ruled.decisions}
    model, best = Model.read(configuration.linkage), defaultdict[str, list[float]](list)
    for pair in found:  # of a child with a number several may be one: each of its agencies' own
        for key in (pair["one"], pair["other"]):
            if not linked.numbered[child[key]]:
                best[key].append(pair["weight"])
    return tuple(
        (pair["one"], pair["other"])
        for pair in found
        if not linked.numbered[[child[pair["one"]], child[pair["other"]]]].all()
        and probability(pair["weight"]) >= least
        and min(model.bits(each, pair[f"gamma_{each}"]) for each in ("given", "family", "born")) > 0
        and all(
            pair["weight"] - other >= SURELY_AHEAD
            for key in (pair["one"], pair["other"])
            for other in sorted(best[key], reverse=True)[1:2]
        )
        and frozenset((child[pair["one"]], child[pair["other"]])) not in decided
    )
