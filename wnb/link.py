"""Which records are one child, and why: the certain part, and what people decided.

One child is one valid NHS number, unless it stands for two people (`wnb.sides`). Records without one are placed by the
agency's own number within that agency, and by a UPN that another agency states together with an NHS number, where the
partnership has a legal basis for that. What would bring two different valid NHS numbers together, by whatever path, is
not believed: of the numbers on that path only an agency's own one beside a single NHS number still links. A record with
none of them stands alone, with the other times of its own appointment.

People's decisions come last: two children whom a person called one are joined as long as no two numbers meet by it, and
two whom a person called two are never joined by anything.

Longer than most because nodes, what makes two of them one, and the keys they leave behind are one idea: whoever changes
one of them must see that no path joins two numbers.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import int64, types, uint8

from wnb.arrays import end_to_end
from wnb.identity import Kind, is_temporary, kind_of, kinds, upn_in
from wnb.machine import compiled, inlined
from wnb.one_child import Pair
from wnb.sides import UNKNOWN_DAY, Sides, Told, sides


@dataclass(frozen=True)
class Records:
    """One agency's records, row by row, as far as they say whose they are."""

    agency: str
    nhs_number: pa.ChunkedArray  # int64, only numbers that verify; CHI and H&C numbers too
    child_local_id: pa.ChunkedArray  # string
    row_id: pa.ChunkedArray  # string: what a record without any identity is known by
    live: np.ndarray  # bool: withdrawn records and entries in error link nothing
    given_name: pa.ChunkedArray | None = None
    family_name: pa.ChunkedArray | None = None
    date_of_birth: pa.ChunkedArray | None = None  # date32, only dates that verify
    upn: pa.ChunkedArray | None = None  # string; None where UPNs may not link


@dataclass(frozen=True)
class Linked:
    """Who each record's child is. Children are numbered from 0, in no order that means anything."""

    child: tuple[np.ndarray, ...]  # int32, one array for each `Records`, row by row
    key: pa.Array  # string, by child: the earliest identity key, which gives the child its id
    keys: pa.Array  # string: every identity key known tonight
    owner: np.ndarray  # int32, by key: the child it belongs to
    first_night: np.ndarray  # int32, by key: the night on which it was first known, in days since 1970
    conflicting: pa.Array  # string: local keys under which two valid NHS numbers stand
    shared: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # a number of two people -> its sides' children
    may_be: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """The child of records that name nobody under a number of two people -> whose they may be: everybody else's."""
    numbered: np.ndarray = field(default_factory=lambda: np.empty(0, bool))
    """bool, by child: a number of the health service stands on a record, in doubt or not."""
    joined: tuple[Pair, ...] = ()  # of what people joined: what holds tonight
    not_joined: tuple[Pair, ...] = ()  # and what cannot, because two numbers would meet
    by_likeness: tuple[Pair, ...] = ()  # what likeness alone joined

    @property
    def children(self) -> int:
        """How many children there are."""
        return len(self.key)

    def told_of(self, child: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of whom rows tell: places in `child`, and children. A row that names nobody, under a number of two people,
        tells of its own child and of everybody whose it may be.
        """
        rows, of = [np.arange(len(child))], [child]
        for nameless, others in self.may_be.items():
            mine = np.flatnonzero(child == nameless)
            for other in others if len(mine) else ():
                rows.append(mine)
                of.append(np.full(len(mine), other, child.dtype))
        return np.concatenate(rows), np.concatenate(of)

    def of_every_side(self, holds: np.ndarray) -> np.ndarray:
        """bool, by child: what holds for one of the people of a number holds for all of them."""
        whole = holds.copy()
        for children in self.shared.values():
            whole[list(children)] |= holds[list(children)].any()
        return whole

    @property
    def doubtful(self) -> frozenset[int]:
        """The children of whom a person must decide something: they have an id to be spoken of."""
        unheld = self.child_of(key for pair in self.not_joined for key in pair).values()
        return frozenset((*(child for children in self.shared.values() for child in children), *unheld))

    def keys_of(self, children: np.ndarray) -> dict[int, list[str]]:
        """The identity keys of some children, in text order."""
        wanted = np.flatnonzero(np.isin(self.owner, children))
        found: dict[int, list[str]] = {int(child): [] for child in children}
        for owner, key in sorted(zip(self.owner[wanted].tolist(), self.keys.take(wanted).to_pylist(), strict=True)):
            found[owner].append(key)
        return found

    def child_of(self, keys: Iterable[str]) -> dict[str, int]:
        """The child that owns each of some identity keys tonight; a key that nobody owns is left out."""
        asked = sorted(set(keys))
        if not asked:
            return {}
        places = pc.index_in(pa.array(asked, pa.string()), value_set=self.keys).to_pylist()
        return {key: int(self.owner[place]) for key, place in zip(asked, places, strict=True) if place is not None}


@dataclass(frozen=True)
class _Nodes:
    """One agency's records as nodes: a number of the health service, one of its own, a UPN, or none (-1)."""

    agency: str
    by_number: np.ndarray  # by record: the node of its NHS, CHI or H&C number, or of its side of one
    by_own: np.ndarray  # by record: the node of the agency's own number
    by_upn: np.ndarray
    names: pa.Array  # the agency's own numbers,
    own: np.ndarray  # and their nodes
    row_id: pa.ChunkedArray
    live: np.ndarray


@dataclass
class _Graph:
    """Every node, what it is, and with which it is one."""

    kind: np.ndarray  # uint8: 0 to 2 as `identity.kinds` has them, OTHER
    root: np.ndarray  # int64
    low: np.ndarray  # int64, by node: the lowest and the highest node of an NHS number beside it in a live record
    high: np.ndarray


OTHER = 9
"""A node that is no number of the health service."""
_NONE = np.iinfo(np.int64).max


def link(
    parts: Sequence[Records],
    known: pa.Table,
    night: int,
    together: Sequence[Pair] = (),
    apart: Sequence[Pair] = (),
    likely: Sequence[Pair] = (),
) -> Linked:
    """Number the children behind all records.

    Args:
        parts: the records of every agency, those that hold statuses too.
        known: columns `key` (string) and `first_night` (int32), every identity key known before tonight.
        night: tonight, in days since 1970: the first night of a key that is new.
        together: pairs of identity keys that people decided to be one child's.
        apart: pairs that people decided to be two children's.
        likely: pairs that the partnership lets likeness alone join; what people decided goes before them.
    """
    numbers, upns, records, nodes = _as_nodes(parts)
    one, two = _nodes_of(numbers, records, together, apart)
    split = _split(parts, records, len(numbers), one, two)
    kind = np.full(nodes, OTHER, np.uint8)
    of_number = kinds(np.asarray(numbers.to_numpy(zero_copy_only=False), np.int64))
    kind[: len(numbers)] = of_number
    side_of, nameless, kind = _with_sides(records, split, kind, of_number)
    graph = _components(records, kind, two)
    nodes = len(kind)
    placed: list[np.ndarray] = []
    for part in records:
        node, nodes = _placed(part, graph, nodes)
        placed.append(node)
    keys, owner_node = _keys(numbers, of_number, upns, records, placed, graph, split, side_of)
    joins = _Joins(nodes, graph, side_of, keys, owner_node, together, apart)
    graph.root, owner_node = joins.into[graph.root], joins.into[owner_node]
    alike = _Joins(nodes, graph, side_of, keys, owner_node, likely, apart)
    graph.root, owner_node = alike.into[graph.root], alike.into[owner_node]
    placed = [alike.into[joins.into[node]] for node in placed]
    numbered = np.zeros(nodes, bool)
    numbered[graph.root[graph.kind < OTHER]] = True
    used = np.zeros(nodes, bool)
    for node in placed:
        used[node] = True
    number_of = np.cumsum(used) - 1
    in_use = used[owner_node]  # a local number all of whose records state an NHS number may own nothing
    keys, owner = keys.filter(pa.array(in_use)), number_of[owner_node[in_use]].astype(np.int32)
    first = _first_nights(keys, known, night)
    shared = _shared(numbers, side_of, graph, used, number_of)
    return Linked(
        child=tuple(number_of[node].astype(np.int32) for node in placed),
        key=_earliest(keys, owner, first),
        keys=keys,
        owner=owner,
        first_night=first,
        conflicting=_conflicting(records, graph),
        shared=shared,
        may_be=_may_be({int(number_of[graph.root[node]]) for node in nameless if used[graph.root[node]]}, shared),
        numbered=numbered[used],
        joined=joins.held,
        not_joined=joins.refused,
        by_likeness=alike.held,
    )


def nhs_key(number: int) -> str:
    """The identity key of a valid NHS number (or of a CHI or H&C number, by its kind)."""
    return f"{kind_of(number)}:{number:010d}"


# ---------------------------------------------------------------- nodes


def _as_nodes(parts: Sequence[Records]) -> tuple[pa.Array, pa.Array, list[_Nodes], int]:
    """Every number, every UPN that may link, each agency's records as nodes, and how many nodes there are."""
    told = pa.chunked_array([chunk for part in parts for chunk in part.nhs_number.chunks], pa.int64())
    numbers = told.combine_chunks().dictionary_encode()
    ends = np.cumsum([len(part.nhs_number) for part in parts])[:-1]
    by_number = np.split(_codes(numbers), ends)
    nodes = len(numbers.dictionary)
    upns, by_upn = _upns(parts, nodes)
    nodes += len(upns)
    records = []
    for part, mine, theirs in zip(parts, by_number if parts else [], by_upn, strict=True):
        own = part.child_local_id.combine_chunks().dictionary_encode()
        codes, names = _codes(own), own.dictionary
        by_own = np.where(codes >= 0, codes + nodes, -1)
        places = np.arange(nodes, nodes + len(names))
        records.append(_Nodes(part.agency, mine, by_own, theirs, names, places, part.row_id, part.live))
        nodes += len(names)
    return numbers.dictionary, upns, records, nodes


def _codes(encoded: pa.DictionaryArray) -> np.ndarray:
    return np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), np.int64)


def _upns(parts: Sequence[Records], first: int) -> tuple[pa.Array, list[np.ndarray]]:
    """The UPNs whose check letter is right and that are no temporary ones, and by record the node of its own."""
    found: dict[str, int] = {}
    by_upn = []
    for part in parts:
        if part.upn is None or part.upn.null_count == len(part.upn):
            by_upn.append(np.full(len(part.live), -1, np.int64))
            continue
        encoded = part.upn.combine_chunks().dictionary_encode()
        nodes = np.full(len(encoded.dictionary) + 1, -1, np.int64)
        for place, text in enumerate(encoded.dictionary.to_pylist()):
            upn = upn_in(text)
            if upn and not is_temporary(upn):
                nodes[place] = first + found.setdefault(upn, len(found))
        by_upn.append(nodes[_codes(encoded)])
    return pa.array(list(found), pa.string()), by_upn


def _nodes_of(numbers: pa.Array, records: Sequence[_Nodes], *asked: Sequence[Pair]) -> list[list[tuple[int, int]]]:
    """Pairs of identity keys as pairs of nodes: numbers, own numbers. Pairs with another kind of key are left out."""
    nodes: dict[str, int] = {}
    wanted: dict[str, set[str]] = defaultdict(set)
    for key in {key for pairs in asked for pair in pairs for key in pair}:
        agency, slash, own = key.partition("/")
        kind, colon, digits = key.partition(":")
        if colon and kind in set(Kind) and digits.isdigit():
            place = pc.index(numbers, pa.scalar(int(digits), pa.int64())).as_py()
            if place >= 0:
                nodes[key] = place
        elif slash and "@" not in agency:
            wanted[agency].add(own)
    for part in records:
        names = sorted(wanted[part.agency])
        places = pc.index_in(pa.array(names, pa.string()), value_set=part.names).to_pylist()
        for name, place in zip(names, places, strict=True):
            if place is not None:
                nodes[f"{part.agency}/{name}"] = int(part.own[place])
    return [[(nodes[one], nodes[other]) for one, other in pairs if one in nodes and other in nodes] for pairs in asked]


def _split(
    parts: Sequence[Records],
    records: Sequence[_Nodes],
    numbers: int,
    together: Sequence[tuple[int, int]],
    apart: Sequence[tuple[int, int]],
) -> Sides:
    told = Told(
        number=end_to_end([part.by_number for part in records], np.int64),
        own=end_to_end([part.by_own for part in records], np.int64),
        live=end_to_end([part.live for part in records], bool),
        born=end_to_end([_born(part) for part in parts], np.int32),
        given=[_names(part.given_name, len(part.live)) for part in parts],
        family=[_names(part.family_name, len(part.live)) for part in parts],
    )
    expelled = [(max(pair), min(pair)) for pair in apart if min(pair) < numbers <= max(pair)]
    return sides(told, numbers, [pair for pair in apart if min(pair) >= numbers], together, expelled)


def _born(part: Records) -> np.ndarray:
    if part.date_of_birth is None:
        return np.full(len(part.live), UNKNOWN_DAY, np.int32)
    return np.asarray(pc.fill_null(part.date_of_birth.cast(pa.int32()), UNKNOWN_DAY).to_numpy(), np.int32)


def _names(column: pa.ChunkedArray | None, rows: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.nulls(rows, pa.string())]) if column is None else column


def _with_sides(
    records: Sequence[_Nodes], split: Sides, kind: np.ndarray, of_number: np.ndarray
) -> tuple[dict[int, int], set[int], np.ndarray]:
    """Put the records of shared numbers on nodes of their sides; the number of each such node, those on which nobody is
    named, and all nodes' kinds.
    """
    if not len(split.rows):
        return {}, set(), kind
    bounds = np.concatenate([[0], np.cumsum([len(part.live) for part in records])])
    number = end_to_end([part.by_number for part in records], np.int64)[split.rows]
    each, which = np.unique(np.stack([number, split.side]), axis=1, return_inverse=True)
    nodes = len(kind) + which.reshape(-1)
    for place, part in enumerate(records):
        mine = (split.rows >= bounds[place]) & (split.rows < bounds[place + 1])
        part.by_number[split.rows[mine] - bounds[place]] = nodes[mine]
    side_of = {len(kind) + at: int(shared) for at, shared in enumerate(each[0].tolist())}
    return side_of, set(nodes[split.nameless].tolist()), np.concatenate([kind, of_number[each[0]]])


# ---------------------------------------------------------------- which nodes are one

_Places = types.Array(int64, 1, "C", readonly=True)


@inlined
def _find(root, node):  # type: ignore[no-untyped-def]
    while root[node] != node:
        root[node] = root[root[node]]
        node = root[node]
    return node


@inlined
def _unite(root, one, other):  # type: ignore[no-untyped-def]
    one, other = _find(root, one), _find(root, other)
    if one < other:  # the lowest node leads: the answer does not depend on the order of records
        root[other] = one
    elif other < one:
        root[one] = other


@compiled((int64[::1], int64[::1], int64[::1], uint8[::1], uint8[::1], int64[::1], int64[::1], int64[::1]))
def _link(number, own, upn, live, kind, root, low, high):  # type: ignore[no-untyped-def]
    """What stands in one live record is one child's; and by own number and UPN which NHS numbers stand beside it."""
    for row in range(len(number)):
        if not live[row]:
            continue
        if number[row] >= 0:
            for node in (own[row], upn[row]):
                if node >= 0:
                    _unite(root, node, number[row])
                    if kind[number[row]] == 0:
                        low[node] = min(low[node], number[row])
                        high[node] = max(high[node], number[row])
        if own[row] >= 0 and upn[row] >= 0:
            _unite(root, own[row], upn[row])


@compiled((uint8[::1], int64[::1], int64[::1], int64[::1], uint8[::1]))
def _settle(kind, root, low, high, wrong):  # type: ignore[no-untyped-def]
    """Every node's lead. Where two numbers of one register met, each node goes back to the one NHS number beside it."""
    seen = np.full((3, len(root)), -1, np.int64)
    for node in range(len(root)):
        lead = _find(root, node)
        if kind[node] < 3:
            if seen[kind[node], lead] >= 0:
                wrong[lead] = 1
            seen[kind[node], lead] = node
    for node in range(len(root)):
        root[node] = _find(root, node)
    for node in range(len(root)):
        if wrong[root[node]]:
            wrong[node] = 1
    for node in range(len(root)):
        if wrong[node]:
            root[node] = high[node] if kind[node] == 9 and low[node] == high[node] else node


def _components(records: Sequence[_Nodes], kind: np.ndarray, apart: Sequence[tuple[int, int]]) -> _Graph:
    nodes = len(kind)
    graph = _Graph(kind, np.arange(nodes), np.full(nodes, _NONE), np.full(nodes, -1))
    root, wrong = graph.root, np.zeros(nodes, np.uint8)
    for part in records:
        live = part.live.astype(np.uint8)
        _link(part.by_number, part.by_own, part.by_upn, live, kind, root, graph.low, graph.high)
    for pair in apart:
        one, other = (_lead(root, node) for node in pair)
        if one == other:
            wrong[one] = 1
    _settle(kind, root, graph.low, graph.high, wrong)
    return graph


def _lead(root: np.ndarray, node: int) -> int:
    while root[node] != node:
        node = int(root[node])
    return node


def _placed(part: _Nodes, graph: _Graph, nodes: int) -> tuple[np.ndarray, int]:
    """Each record's node: of its number, else of its agency's own one, else of its UPN, else its own id."""
    said = np.where(part.by_number >= 0, part.by_number, np.where(part.by_own >= 0, part.by_own, part.by_upn))
    node = np.where(said >= 0, graph.root[np.maximum(said, 0)] if len(graph.root) else -1, -1)
    alone = np.flatnonzero(node < 0)
    ids = part.row_id.combine_chunks().take(pa.array(alone)).dictionary_encode()
    node[alone] = nodes + _codes(ids)
    return node, nodes + len(ids.dictionary)


class _Joins:
    """What people joined, on top of what is certain: `into` says by node of which node it becomes a part.

    Decisions that meet are looked at together. Where by them two numbers of one register would be one child, or two
    children whom a person called two, none of them holds: which of them is wrong only a person can say.
    """

    def __init__(
        self,
        nodes: int,
        graph: _Graph,
        side_of: Mapping[int, int],
        keys: pa.Array,
        owner: np.ndarray,
        together: Sequence[Pair],
        apart: Sequence[Pair],
    ) -> None:
        self.into = np.arange(nodes)
        self.held: tuple[Pair, ...] = ()
        self.refused: tuple[Pair, ...] = ()
        if not together:
            return
        asked = sorted({key for pair in (*together, *apart) for key in pair})
        places = pc.index_in(pa.array(asked, pa.string()), value_set=keys).to_pylist()
        node = {key: int(owner[place]) for key, place in zip(asked, places, strict=True) if place is not None}
        pairs = sorted({pair for pair in together if pair[0] in node and pair[1] in node})
        leads = {node[key]: node[key] for pair in pairs for key in pair}

        def find(one: int) -> int:
            while leads[one] != one:
                one = leads[one]
            return one

        for mine, theirs in pairs:
            first, second = sorted((find(node[mine]), find(node[theirs])))
            leads[second] = first
        groups: dict[int, list[int]] = defaultdict(list)
        for one in leads:
            groups[find(one)].append(one)
        numbered = _numbers_of(graph, leads)
        two = {frozenset((node[one], node[other])) for one, other in apart if one in node and other in node}
        wrong = {
            lead
            for lead, group in groups.items()
            if _too_many([number for each in group for number in numbered[each]], graph.kind, side_of)
            or any(pair <= set(group) for pair in two)
        }
        self.held = tuple(pair for pair in pairs if find(node[pair[0]]) not in wrong)
        self.refused = tuple(pair for pair in pairs if find(node[pair[0]]) in wrong)
        for lead, group in groups.items():
            if lead not in wrong:
                self.into[group] = lead


def _numbers_of(graph: _Graph, leads: Iterable[int]) -> dict[int, list[int]]:
    """By lead node, the nodes of numbers of a register among its own."""
    wanted = np.array(sorted(leads), np.int64)
    registered = np.flatnonzero((graph.kind < OTHER) & np.isin(graph.root, wanted))
    found: dict[int, list[int]] = {lead: [] for lead in wanted.tolist()}
    for number in registered.tolist():
        found[int(graph.root[number])].append(number)
    return found


def _too_many(numbers: Sequence[int], kind: np.ndarray, side_of: Mapping[int, int]) -> bool:
    """Whether two numbers of one register are among some nodes; sides of one number are that number."""
    of = sorted({(int(kind[number]), side_of.get(number, number)) for number in numbers})
    return any(one[0] == other[0] for one, other in pairwise(of))


# ---------------------------------------------------------------- keys


def _keys(
    numbers: pa.Array,
    of_number: np.ndarray,
    upns: pa.Array,
    records: Sequence[_Nodes],
    placed: Sequence[np.ndarray],
    graph: _Graph,
    split: Sides,
    side_of: Mapping[int, int],
) -> tuple[pa.Array, np.ndarray]:
    """Every identity key and the node it belongs to. A number of two people is no key; each side has one by its
    agencies' own numbers, or by its records' ids.
    """
    prefix = pa.array([f"{kind}:" for kind in Kind], pa.string()).take(pa.array(of_number))
    texts = [
        pc.binary_join_element_wise(prefix, pc.utf8_lpad(numbers.cast(pa.string()), 10, "0"), ""),
        pc.binary_join_element_wise("upn:", upns, "") if len(upns) else upns,
    ]
    owners = [graph.root[: len(numbers) + len(upns)]]
    if side_of:
        whole = np.ones(len(numbers), bool)
        whole[sorted(set(side_of.values()))] = False
        texts[0] = texts[0].filter(pa.array(whole))
        owners = [graph.root[: len(numbers)][whole], graph.root[len(numbers) : len(numbers) + len(upns)]]
    for part, node in zip(records, placed, strict=True):
        texts.append(pc.binary_join_element_wise(part.agency, part.names, "/"))
        owners.append(graph.root[part.own])
        alone = np.flatnonzero((part.by_number < 0) & (part.by_own < 0) & (part.by_upn < 0))
        of_nobody, first = np.unique(node[alone], return_index=True)
        own_ids = part.row_id.combine_chunks().take(pa.array(alone[first]))
        texts.append(pc.binary_join_element_wise(part.agency, own_ids, "#"))
        owners.append(of_nobody)
    keys, of = _side_keys(records, numbers, split, side_of, graph)
    texts.append(pa.array(keys, pa.string()))
    owners.append(np.array(of, np.int64))
    return pa.concat_arrays([text.cast(pa.string()) for text in texts]), np.concatenate(owners)


def _side_keys(
    records: Sequence[_Nodes], numbers: pa.Array, split: Sides, side_of: Mapping[int, int], graph: _Graph
) -> tuple[list[str], list[int]]:
    """The keys of sides: the number with each own number on it, or with a record's id where there is none; where two
    sides would have the same one, a mark of the person is added.
    """
    bounds = np.concatenate([[0], np.cumsum([len(part.live) for part in records])])
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for row, person in zip(split.rows.tolist(), split.person, strict=True):
        place = int(np.searchsorted(bounds, row, side="right") - 1)
        part, at = records[place], row - int(bounds[place])
        side, own = int(part.by_number[at]), int(part.by_own[at])
        of = f"/{part.names[own - int(part.own[0])].as_py()}" if own >= 0 else f"#{part.row_id[at].as_py()}"
        sides_here = found[f"{nhs_key(numbers[side_of[side]].as_py())}@{part.agency}{of}"]
        sides_here[side] = min(person, sides_here.get(side, person))
    keys, owners = [], []
    for key, sides_here in found.items():
        for side, person in sides_here.items():
            keys.append(key if len(sides_here) == 1 else f"{key}~{person}")
            owners.append(int(graph.root[side]))
    return keys, owners


def _first_nights(keys: pa.Array, known: pa.Table, night: int) -> np.ndarray:
    position = pc.index_in(keys, value_set=known["key"].combine_chunks())
    nights = pc.take(known["first_night"].combine_chunks(), position)
    return np.asarray(pc.fill_null(nights, night).to_numpy(zero_copy_only=False), np.int32)


def _earliest(keys: pa.Array, owner: np.ndarray, first: np.ndarray) -> pa.Array:
    """By child: the key that was known first; on one night an NHS number before a local one, then by text."""
    local = pc.invert(pc.starts_with(keys, "nhs:")).to_numpy(zero_copy_only=False)
    rank = first.astype(np.int64) * 2 + local
    children = int(owner.max()) + 1 if len(owner) else 0
    best = np.full(children, np.iinfo(np.int64).max)
    np.minimum.at(best, owner, rank)
    among = np.flatnonzero(rank == best[owner])
    lead = np.zeros(children, np.int64)
    lead[owner[among]] = among
    several = among[
        np.bincount(owner[among], minlength=children)[owner[among]] > 1
    ]  # by text, where nothing else tells
    table = pa.table({"owner": owner[several], "key": keys.take(pa.array(several))})
    order = several[pc.sort_indices(table, [("owner", "descending"), ("key", "descending")]).to_numpy()]
    lead[owner[order]] = order  # the last one written is the first by text
    return keys.take(pa.array(lead))


def _conflicting(records: Sequence[_Nodes], graph: _Graph) -> pa.Array:
    found = [pa.array([], pa.string())]
    for part in records:
        clash = (graph.high[part.own] >= 0) & (graph.low[part.own] < graph.high[part.own])
        names = part.names.filter(pa.array(clash))
        found.append(pc.binary_join_element_wise(part.agency, names, "/").cast(pa.string()))
    return pa.concat_arrays(found)


def _shared(
    numbers: pa.Array,
    side_of: Mapping[int, int],
    graph: _Graph,
    used: np.ndarray,
    number_of: np.ndarray,
) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = defaultdict(set)
    for side, number in side_of.items():
        node = graph.root[side]
        if used[node]:
            found[nhs_key(numbers[number].as_py())].add(int(number_of[node]))
    return {key: tuple(sorted(children)) for key, children in sorted(found.items()) if len(children) > 1}


def _may_be(nameless: set[int], shared: Mapping[str, tuple[int, ...]]) -> dict[int, tuple[int, ...]]:
    others: dict[int, set[int]] = defaultdict(set)
    for children in shared.values():
        for child in nameless.intersection(children):
            others[child].update(children)
    return {child: tuple(sorted(all_ - {child})) for child, all_ in sorted(others.items())}
