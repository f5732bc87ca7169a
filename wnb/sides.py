"""One number, two people: which records under a number of the health service are whose.

A number that is right belongs to one child. Where the records under it tell of two (another date of birth and names
that do not make up for it; a twin's name and birthday, which stand under the twin's own number elsewhere), it was typed
for the wrong one somewhere, and nobody can know where: each person's records stay together as a side, no side is joined
to another, and a person decides. Nearly all numbers are told to be in order by two passes over all records; only the
others are looked at one by one.

Longer than most because the quick look over all records and the slow one at a few must agree on what a person is.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256
from itertools import combinations

import numpy as np
import pyarrow as pa
from numba import int32, int64, types, uint8, uint64

from wnb.comparable import Likeness, Person, name, names_alike, surely_two_people, two_people
from wnb.machine import compiled

UNKNOWN_DAY = np.iinfo(np.int32).min
EPOCH = date(1970, 1, 1)
MOST = 40
"""So many accounts under one number are compared with each other. Above, it is nobody's number (an agency typed it for
whoever had none), and each account is a person by itself."""
FOLDED = 0x2000
"""Letters below this are folded to plain small ones by a table; of those above, the bytes themselves are compared."""

_Bytes = types.Array(uint8, 1, "C", readonly=True)
_Offsets = types.Array(types.int32, 1, "C", readonly=True)


def _fold_table() -> np.ndarray:
    table = np.zeros(FOLDED, np.uint8)
    for letter in range(FOLDED):
        plain = name(unicodedata.normalize("NFKD", chr(letter) * 2)).replace(" ", "")
        if plain and ord(plain[0]) < 128:
            table[letter] = ord(plain[0])
        elif chr(letter).isalpha():
            table[letter] = 128 + letter % 127  # another script: some mark of it
    return table


_TABLE = _fold_table()


@compiled((_Offsets, _Bytes, _Bytes, int64[::1]))
def _hashes(offsets, data, table, found):  # type: ignore[no-untyped-def]
    """FNV-1a of the plain small letters of each text; 0 where it has none."""
    for row in range(len(offsets) - 1):
        value = np.uint64(14_695_981_039_346_656_037)
        letters = 0
        at = offsets[row]
        end = offsets[row + 1]
        while at < end:
            byte = data[at]
            letter = np.int64(byte)
            size = 1
            if byte >= 0xE0:
                size = 3 if byte < 0xF0 else 4
                if size == 3 and at + 2 < end:
                    letter = ((byte & 0x0F) << 12) | ((data[at + 1] & 0x3F) << 6) | (data[at + 2] & 0x3F)
                else:
                    letter = np.int64(1 << 20)
            elif byte >= 0xC0 and at + 1 < end:
                size = 2
                letter = ((byte & 0x1F) << 6) | (data[at + 1] & 0x3F)
            if letter < len(table):
                plain = table[letter]
                if plain:
                    value = (value ^ np.uint64(plain)) * np.uint64(1_099_511_628_211)
                    letters += 1
            elif letter < 0x2000 or letter > 0x206F:
                for each in range(at, min(at + size, end)):
                    value = (value ^ np.uint64(data[each])) * np.uint64(1_099_511_628_211)
                letters += 1
            at += size
        found[row] = np.int64(value >> np.uint64(1)) if letters else 0


@compiled((int64[::1], uint8[::1], int32[::1], int64[::1], int64[::1], int32[::1], int64[:, ::1], uint8[:, ::1]))
def _differing(number, live, born, given, family, first_born, first_names, differ):  # type: ignore[no-untyped-def]
    """Mark the numbers under which two dates of birth stand, two given names, two family names, or a birthday of nobody
    who is wholly named.
    """
    for row in range(len(number)):
        which = number[row]
        if which < 0 or not live[row]:
            continue
        day = born[row]
        if day != -2_147_483_648:
            if first_born[which] == -2_147_483_648:
                first_born[which] = day
            elif first_born[which] != day:
                differ[which, 0] = 1
            if given[row] == 0 or family[row] == 0:
                differ[which, 3] = 1
        for place in range(2):
            called = given[row] if place == 0 else family[row]
            if called != 0:
                if first_names[which, place] == 0:
                    first_names[which, place] = called
                elif first_names[which, place] != called:
                    differ[which, place + 1] = 1


@compiled((int64[::1], uint8[::1], int32[::1], int64[::1], int64[::1], uint8[::1], uint64[::1], int64[::1], uint8[::1]))
def _elsewhere(number, live, born, given, family, asked, slots, holder, several):  # type: ignore[no-untyped-def]
    """Of the people (names and birthday) under the asked numbers: those who stand under another number too.

    Twice over all rows: the first time to know who is asked about, the second to see who else has them.
    """
    mask = np.uint64(len(slots) - 1)
    for turn in range(2):
        for row in range(len(number)):
            which = number[row]
            if which < 0 or not live[row] or born[row] == -2_147_483_648 or given[row] == 0 or family[row] == 0:
                continue
            if turn == 0 and not asked[which]:
                continue
            person = np.uint64(given[row]) * np.uint64(31) + np.uint64(family[row])
            person = (person ^ np.uint64(np.int64(born[row]) + 1_000_000)) * np.uint64(11_400_714_819_323_198_485)
            if person == 0:
                person = np.uint64(1)
            slot = (person >> np.uint64(20)) & mask
            while slots[slot] != 0 and slots[slot] != person:
                slot = (slot + np.uint64(1)) & mask
            if slots[slot] == 0:
                if turn == 1:
                    continue
                slots[slot] = person
                holder[slot] = which
            elif holder[slot] != which:
                several[slot] = 1
    for row in range(len(number)):  # told back by row, in `live`: 2 where the person stands under another number too
        which = number[row]
        if which < 0 or not live[row] or born[row] == -2_147_483_648 or given[row] == 0 or family[row] == 0:
            continue
        if not asked[which]:
            continue
        person = np.uint64(given[row]) * np.uint64(31) + np.uint64(family[row])
        person = (person ^ np.uint64(np.int64(born[row]) + 1_000_000)) * np.uint64(11_400_714_819_323_198_485)
        if person == 0:
            person = np.uint64(1)
        slot = (person >> np.uint64(20)) & mask
        while slots[slot] != person:
            slot = (slot + np.uint64(1)) & mask
        if several[slot]:
            live[row] = 2


@dataclass(frozen=True)
class Told:
    """What records say of whose they are, all agencies' one after another."""

    number: np.ndarray  # int64: place of the number among all, -1 where none
    own: np.ndarray  # int64: node of the agency's own number, -1 where none
    live: np.ndarray  # bool
    born: np.ndarray  # int32, UNKNOWN_DAY
    given: Sequence[pa.ChunkedArray]  # by agency
    family: Sequence[pa.ChunkedArray]

    @cached_property
    def names(self) -> tuple[np.ndarray, np.ndarray]:
        """Given and family names, `hashed`."""
        given, family = (
            np.concatenate([np.empty(0, np.int64), *map(hashed, columns)]) for columns in (self.given, self.family)
        )
        return given, family


@dataclass(frozen=True)
class Sides:
    """The records under numbers that two people share, and the side each is on (from 0 within its number)."""

    rows: np.ndarray  # int64, in order
    side: np.ndarray  # int64, by row of `rows`
    person: tuple[str, ...]  # by row of `rows`: a mark of the person that the record tells of
    nameless: np.ndarray  # bool, by row of `rows`: nobody is named on its side, so that it may be anybody's

    @classmethod
    def none(cls) -> "Sides":
        """Nobody shares anything."""
        return cls(np.empty(0, np.int64), np.empty(0, np.int64), (), np.empty(0, bool))


def hashed(column: pa.ChunkedArray) -> np.ndarray:
    """int64 by text: equal where the plain small letters are (`comparable.name` without spaces); 0 where none."""
    told = [np.empty(0, np.int64)]
    for chunk in column.chunks:
        found = np.zeros(len(chunk), np.int64)
        _, offsets, data = chunk.buffers()
        if len(chunk) and data is not None:
            places = np.frombuffer(offsets, np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
            _hashes(places, np.frombuffer(data, np.uint8), _TABLE, found)
        if chunk.null_count:
            found[chunk.is_null().to_numpy(zero_copy_only=False)] = 0
        told.append(found)
    return np.concatenate(told)


def sides(
    told: Told,
    numbers: int,
    apart: Sequence[tuple[int, int]] = (),
    together: Sequence[tuple[int, int]] = (),
    expelled: Sequence[tuple[int, int]] = (),
) -> Sides:
    """Who shares a number with whom.

    Args:
        told: the records.
        numbers: how many numbers there are.
        apart: pairs of own-number nodes that people decided to be two children.
        together: pairs of own-number nodes that people decided to be one.
        expelled: own-number nodes of which people decided that they are not the child of a number: (own, number).
    """
    if not numbers:
        return Sides.none()
    live = told.live.astype(np.uint8)
    given, family = told.names
    differ, suspect = _suspect(told, told.number, numbers)
    names = np.ascontiguousarray(differ[:, 1])
    if names.any():
        asked = int(names[np.maximum(told.number, 0)].sum())
        room = 1 << max(4, (2 * asked).bit_length())
        table = np.zeros(room, np.uint64), np.full(room, -1, np.int64), np.zeros(room, np.uint8)
        _elsewhere(told.number, live, told.born, given, family, names, *table)
        contested = live == 2
        suspect[told.number[contested]] = True
    else:
        contested = np.zeros(len(live), bool)
    for one, other in apart:
        mine, theirs = (np.unique(told.number[(told.own == node) & (told.number >= 0)]) for node in (one, other))
        suspect[np.intersect1d(mine, theirs)] = True
    suspect[[number for _, number in expelled]] = True
    rows = np.flatnonzero((told.number >= 0) & suspect[np.maximum(told.number, 0)])
    return _sorted_out(told, rows, contested, _both_ways(apart), together, frozenset(expelled))


def several(told: Told, node: np.ndarray, nodes: int) -> Sides:
    """Who shares a number of another kind: an agency's own one, or a pupil's.

    Args:
        told: the records.
        node: int64, by record: its number of that kind, -1 where it has none.
        nodes: how many numbers of that kind there are.
    """
    if not nodes or (node < 0).all():
        return Sides.none()
    _, suspect = _suspect(told, node, nodes)
    rows = np.flatnonzero((node >= 0) & suspect[np.maximum(node, 0)])
    alone = replace(told, number=node, own=np.full(len(node), -1))
    return _sorted_out(alone, rows, np.zeros(len(node), bool), frozenset(), (), frozenset())


def _suspect(told: Told, node: np.ndarray, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """In what the records of each number differ, and (bool) whether that may be two people: the same names make up for
    any date.
    """
    first_born, first_names = np.full(nodes, UNKNOWN_DAY, np.int32), np.zeros((nodes, 2), np.int64)
    differ = np.zeros((nodes, 4), np.uint8)
    _differing(node, told.live.astype(np.uint8), told.born, *told.names, first_born, first_names, differ)
    return differ, (differ[:, 0] > 0) & (differ[:, 1:] > 0).any(axis=1)


def _both_ways(pairs: Sequence[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    return frozenset({*pairs, *((other, one) for one, other in pairs)})


def _sorted_out(
    told: Told,
    rows: np.ndarray,
    contested: np.ndarray,
    apart: frozenset[tuple[int, int]],
    together: Sequence[tuple[int, int]],
    expelled: frozenset[tuple[int, int]],
) -> Sides:
    people = _people(told, rows)
    under: dict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(told.number[rows].tolist()):
        under[number].append(place)
    kept, side, marks, nameless = [], [], [], []
    for number, places in under.items():
        out = {own for own, of in expelled if of == number}
        accounts = [
            _Account(people[p], own, bool(contested[rows[p]]) and bool(people[p][0]), own in out)
            for p in places
            for own in (int(told.own[rows[p]]),)
        ]
        live = {account for account, p in zip(accounts, places, strict=True) if told.live[rows[p]]}
        of = _sides_of(live, apart, together)
        if len(set(of.values())) < 2:
            continue
        left = max(of.values()) + 1  # records that were taken back go with the person they told of
        latest_first = sorted(of.items(), key=lambda each: -each[1])
        of_person = {account.person: each for account, each in latest_first}
        of_own = {(account.person, account.own): each for account, each in latest_first}
        on = [
            of.get(account, of_own.get((account.person, account.own), of_person.get(account.person, left)))
            for account in accounts
        ]
        named = {each for account, each in zip(accounts, on, strict=True) if any(account.person[:2])}
        kept += rows[places].tolist()
        side += on
        marks += [_mark(account.person) for account in accounts]
        nameless += [each not in named for each in on]
    order = np.argsort(np.array(kept, np.int64), kind="stable")
    return Sides(
        np.array(kept, np.int64)[order],
        np.array(side, np.int64)[order],
        tuple(marks[at] for at in order.tolist()),
        np.array(nameless, bool)[order],
    )


def _mark(person: Person) -> str:
    """What tells a person from another under the same number and own number; it says nothing of them."""
    return sha256("|".join(map(str, person)).encode()).hexdigest()[:8]


@dataclass(frozen=True)
class _Account:
    """What records under a number say, each once."""

    person: Person
    own: int
    contested: bool  # this very person stands under another number too
    expelled: bool  # a person decided that the agency's own number is another child's than this number


def _people(told: Told, rows: np.ndarray) -> list[Person]:
    given, family = _taken(told.given, rows), _taken(told.family, rows)
    born = [None if day == UNKNOWN_DAY else EPOCH + timedelta(days=day) for day in told.born[rows].tolist()]
    return [(name(one), name(other), day) for one, other, day in zip(given, family, born, strict=True)]


def _taken(columns: Sequence[pa.ChunkedArray], rows: np.ndarray) -> list[str | None]:
    whole = pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string())
    told: list[str | None] = whole.take(pa.array(rows)).to_pylist()
    return told


def _sides_of(
    accounts: set[_Account], apart: frozenset[tuple[int, int]], together: Sequence[tuple[int, int]]
) -> dict[_Account, int]:
    """The side of each account, numbered in an order that does not depend on the one given."""
    ordered = sorted(
        accounts, key=lambda a: (a.person[0], a.person[1], a.person[2] or date.min, a.own, a.contested, a.expelled)
    )
    told = [i for i, account in enumerate(ordered) if any(account.person)]
    if len(ordered) > MOST:
        groups = _alike(told, ordered)
    else:
        two = {
            pair
            for i, j in combinations(range(len(ordered)), 2)
            if _apart(ordered[i], ordered[j], apart) and not _decided_one(ordered[i], ordered[j], together)
            for pair in ((i, j), (j, i))
        }
        if not two:
            return dict.fromkeys(ordered, 0)
        near = {i: [j for j in told if i != j and (i, j) not in two and _shares(ordered[i], ordered[j])] for i in told}
        groups = [
            part
            for group in _components(told, near)
            for part in ([group] if _one_after_all(group, two, ordered) else _parts(group, near, two, ordered))
        ]
    groups = _joined(groups, ordered, together)
    of = {ordered[i]: number for number, group in enumerate(sorted(groups, key=min)) for i in group}
    untold = [account for account in ordered if account not in of]
    for account in untold:
        own = {
            side for other, side in of.items() if account.own >= 0 and other.own == account.own and other in accounts
        }
        of[account] = own.pop() if len(own) == 1 else len(groups)
    return of


def _one_after_all(group: list[int], two: set[tuple[int, int]], ordered: list[_Account]) -> bool:
    """Whether accounts that are near each other are one person's although some, by themselves, are of two: a slip in
    the date beside another name parts nobody where a third account has the date of the one and the name of the other.
    """
    return not any(
        (i, j) in two
        and (
            not two_people(ordered[i].person, ordered[j].person)
            or surely_two_people(ordered[i].person, ordered[j].person)
        )
        for i in group
        for j in group
    )


def _parts(
    group: list[int], near: dict[int, list[int]], two: set[tuple[int, int]], ordered: list[_Account]
) -> list[list[int]]:
    """The people among accounts that are near each other; whoever is near to two of them is by itself."""
    between = {i for i in group if any((j, k) in two for j in near[i] for k in near[i])}
    groups = _components([i for i in group if i not in between], near)
    if any((i, j) in two for part in groups for i in part for j in part):
        groups = _alike([i for i in group if i not in between], ordered)
    return groups + _alike(sorted(between), ordered)


def _apart(one: _Account, other: _Account, apart: frozenset[tuple[int, int]]) -> bool:
    """Whether two accounts under one number are of two people."""
    if one.expelled != other.expelled or (one.own, other.own) in apart or two_people(one.person, other.person):
        return True
    alike = names_alike(one.person[0], other.person[0])  # twins may be a letter apart; a second name is often left out
    return alike in (Likeness.DIFFERENT, Likeness.SLIP) and one.contested != other.contested


def _decided_one(one: _Account, other: _Account, together: Sequence[tuple[int, int]]) -> bool:
    return (one.own, other.own) in together or (other.own, one.own) in together


def _shares(one: _Account, other: _Account) -> bool:
    """Whether anything speaks for two accounts being of one person beside the number itself."""
    mine, theirs = one.person, other.person
    return (
        (one.own >= 0 and one.own == other.own)
        or (mine[2] is not None and mine[2] == theirs[2])
        or names_alike(mine[0], theirs[0]).agrees
    )


def _components(nodes: list[int], near: dict[int, list[int]]) -> list[list[int]]:
    wanted, groups = set(nodes), []
    while wanted:
        group, ahead = [], [min(wanted)]
        while ahead:
            node = ahead.pop()
            if node in wanted:
                wanted.remove(node)
                group.append(node)
                ahead += near[node]
        groups.append(sorted(group))
    return groups


def _alike(nodes: list[int], ordered: list[_Account]) -> list[list[int]]:
    """Each person by themselves: only accounts that say the very same are together."""
    groups: dict[Person, list[int]] = defaultdict(list)
    for node in nodes:
        groups[ordered[node].person].append(node)
    return list(groups.values())


def _joined(groups: list[list[int]], ordered: list[_Account], together: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Sides that people decided to be one child."""
    for one, other in sorted(together):
        mine = [group for group in groups if any(ordered[i].own == one for i in group)]
        theirs = [group for group in groups if any(ordered[i].own == other for i in group)]
        if len(mine) == len(theirs) == 1 and mine[0] is not theirs[0]:
            groups = [group for group in groups if group not in (mine[0], theirs[0])] + [sorted(mine[0] + theirs[0])]
    return groups
