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
from dataclasses import dataclass, field, replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import int64, types, uint8

from wnb.arrays import end_to_end
from wnb.identity import Kind, kinds
from wnb.identity_keys import Keys, Parted, earliest, keys_of, nhs_key, places_of
from wnb.machine import compiled, inlined
from wnb.one_child import Pair, Side, behind, followed
from wnb.records import Nodes, Records, as_nodes, bounds, codes, told_by
from wnb.sides import Sides, Told, several, sides

NOTHING_MOVED: Mapping[str, str] = MappingProxyType({})


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
    gone: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))  # keys of last night that nobody has now
    reused: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """An agency's own number of two people, or a pupil's, by its key -> their children."""
    may_be: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """The child of records that name nobody under a number of two people -> whose they may be: everybody else's."""
    moved: Mapping[str, str] = field(default_factory=dict)  # as given to `link`
    unnamed: tuple[np.ndarray, ...] = ()  # int64, one array for each `Records`: the rows that are such records
    numbered: np.ndarray = field(default_factory=lambda: np.empty(0, bool))
    """bool, by child: a number of the health service stands on a record, in doubt or not."""
    joined: tuple[Pair, ...] = ()  # of what people joined: what holds tonight
    not_joined: tuple[Pair, ...] = ()  # and what cannot, because two numbers would meet
    by_likeness: tuple[Pair, ...] = ()  # what likeness alone joined

    @property
    def children(self) -> int:
        """How many children there are."""
        return len(self.key)

    def told_of(self, place: int) -> tuple[np.ndarray, np.ndarray]:
        """Of whom the rows of the `place`th `Records` tell: rows, and children. A row that names nobody, under a number
        of two people, tells of its own child and of everybody whose it may be.
        """
        child, unnamed = self.child[place], self.unnamed[place]
        rows, of = [np.arange(len(child))], [child]
        for nameless, others in self.may_be.items():
            mine = unnamed[child[unnamed] == nameless]
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
        of_two = (child for told in (self.shared, self.reused) for children in told.values() for child in children)
        return frozenset((*of_two, *unheld))

    def keys_of(self, children: np.ndarray) -> dict[int, list[str]]:
        """The identity keys of some children, in text order."""
        wanted = np.flatnonzero(np.isin(self.owner, children))
        found: dict[int, list[str]] = {int(child): [] for child in children}
        for owner, key in sorted(zip(self.owner[wanted].tolist(), self.keys.take(wanted).to_pylist(), strict=True)):
            found[owner].append(key)
        return found

    def child_of(self, keys: Iterable[str]) -> dict[str, int]:
        """The child that owns each of some identity keys tonight; a key that nobody owns is left out."""
        return {key: int(self.owner[place]) for key, place in places_of(set(keys), self.keys).items()}

    def behind(self, sides: Iterable[Side]) -> dict[str, int]:
        """By the key that a decision names, the child whom it means tonight; left out where that is nobody, or where
        the child has come apart.
        """
        asked = list(sides)
        named = {key for side in asked for key in side}
        owner = followed(self.child_of(named | {self.moved[key] for key in named & self.moved.keys()}), self.moved)
        return {side[0]: min(of) for side in asked if len(of := behind(side, owner)) == 1}


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
    together: Sequence[tuple[Side, Side]] = (),
    apart: Sequence[tuple[Side, Side]] = (),
    likely: Sequence[Pair] = (),
    moved: Mapping[str, str] = NOTHING_MOVED,
) -> Linked:
    """Number the children behind all records.

    Args:
        parts: the records of every agency, those that hold statuses too.
        known: columns `key` (string) and `first_night` (int32), every identity key known before tonight.
        night: tonight, in days since 1970: the first night of a key that is new.
        together: pairs that people decided to be one child.
        apart: pairs that people decided to be two children.
        likely: pairs of keys that the partnership lets likeness alone join; what people decided goes before them.
        moved: own numbers that decisions name and that none of their records state any more -> what these state now:
            a decision goes with the records, not with whoever is given the number.
    """
    numbers, upns, records, nodes = as_nodes(parts)
    told = told_by(parts, records)
    one, two = _nodes_of(numbers, records, moved, together, apart)
    expelled = [(max(pair), min(pair)) for pair in two if min(pair) < len(numbers) <= max(pair)]
    split = sides(told, len(numbers), [pair for pair in two if min(pair) >= len(numbers)], one, expelled)
    disputed_upns = _without_disputed(told, records, len(numbers), upns)
    first_own = len(numbers) + len(upns)
    own_split = several(told, np.where(told.own >= 0, told.own - first_own, -1), nodes - first_own)
    number_of, on_node = _on_sides(records, split, "by_number", nodes)
    own_of, _ = _on_sides(records, own_split, "by_own", nodes + len(number_of))
    of_number = kinds(np.asarray(numbers.to_numpy(zero_copy_only=False), np.int64))
    kind = np.full(nodes + len(number_of) + len(own_of), OTHER, np.uint8)
    kind[: len(numbers)] = of_number
    kind[nodes : nodes + len(number_of)] = of_number[list(number_of.values())]
    graph = _components(records, kind, two)
    nodes = len(kind)
    placed: list[np.ndarray] = []
    for part in records:
        node, nodes = _placed(part, graph, nodes)
        placed.append(node)
    root = np.concatenate([graph.root, np.arange(len(graph.root), nodes)])
    parted = Parted(split, number_of, own_split, own_of)
    keys = keys_of(numbers, of_number, upns, records, placed, root, parted, known, night)
    joins = _Joins(nodes, graph, number_of, keys, together, apart, moved)
    graph.root, owner_node = joins.into[graph.root], joins.into[keys.owner]
    alike = _Joins(
        nodes, graph, number_of, replace(keys, owner=owner_node), [((one,), (other,)) for one, other in likely], apart,
        moved,
    )  # fmt: skip
    graph.root, owner_node = alike.into[graph.root], alike.into[owner_node]
    placed = [alike.into[joins.into[node]] for node in placed]
    numbered = np.zeros(nodes, bool)
    numbered[graph.root[graph.kind < OTHER]] = True
    used = np.zeros(nodes, bool)
    for node in placed:
        used[node] = True
    child_of = np.cumsum(used) - 1
    in_use = used[owner_node]  # a local number all of whose records state an NHS number may own nothing
    text, owner = keys.text.filter(pa.array(in_use)), child_of[owner_node[in_use]].astype(np.int32)
    first = keys.first_night[in_use]
    shared = _shared(numbers, number_of, graph, used, child_of)
    child = tuple(child_of[node].astype(np.int32) for node in placed)
    on_side = {
        which: {int(child_of[graph.root[node]]) for node in np.unique(on_node[split.nameless == which]).tolist()}
        for which in (False, True)
    }
    nameless = on_side[True] - on_side[False]  # whom a person joined with somebody who is named is that child
    ends, unnamed = bounds(records), split.rows[split.nameless]
    return Linked(
        child=child,
        key=earliest(text, owner, first),
        keys=text,
        owner=owner,
        first_night=first,
        gone=keys.gone,
        conflicting=_conflicting(records, graph),
        shared=shared,
        reused=_reused(records, own_split, disputed_upns, told.own, end_to_end(child, np.int32)),
        may_be=_may_be(nameless, shared),
        moved=moved,
        unnamed=tuple(unnamed[(unnamed >= start) & (unnamed < end)] - start for start, end in pairwise(ends.tolist())),
        numbered=numbered[used],
        joined=joins.held,
        not_joined=joins.refused,
        by_likeness=alike.held,
    )


# ---------------------------------------------------------------- nodes


def _nodes_of(
    numbers: pa.Array, records: Sequence[Nodes], moved: Mapping[str, str], *asked: Sequence[tuple[Side, Side]]
) -> list[list[tuple[int, int]]]:
    """Pairs of children whom people decided of as pairs of nodes, of numbers and own numbers, by every one of them.

    A child goes by the number that was named, or by its others where that is no number or is not stated any more.
    """
    nodes: dict[str, int] = {}
    wanted: dict[str, set[str]] = defaultdict(set)
    named = {key for pairs in asked for pair in pairs for side in pair for key in side}
    for key in named | {moved[key] for key in named & moved.keys()}:
        agency, slash, own = key.partition("/")
        kind, colon, digits = key.partition(":")
        if colon and kind in set(Kind) and digits.isdigit():
            place = pc.index(numbers, pa.scalar(int(digits), pa.int64())).as_py()
            if place >= 0:
                nodes[key] = place
        elif slash and "@" not in agency:
            wanted[agency].add(own)
    for part in records:
        if part.agency in wanted:
            places = places_of(wanted[part.agency], part.names)
            nodes |= {f"{part.agency}/{name}": int(part.own[place]) for name, place in places.items()}
    nodes = followed(nodes, moved)
    return [
        [
            (mine, theirs)
            for one, other in pairs
            for mine in _meant(one, nodes)
            for theirs in _meant(other, nodes)
            if mine != theirs
        ]
        for pairs in asked
    ]


def _meant(side: Side, nodes: Mapping[str, int]) -> list[int]:
    return [nodes[side[0]]] if side[0] in nodes else sorted({nodes[key] for key in side[1:] if key in nodes})


def _on_sides(records: Sequence[Nodes], split: Sides, column: str, nodes: int) -> tuple[dict[int, int], np.ndarray]:
    """Put the records of numbers of two people on nodes of their sides (from `nodes` on): the number of each such node,
    and the node of each row of `split`.
    """
    if not len(split.rows):
        return {}, np.empty(0, np.int64)
    ends = bounds(records)
    number = end_to_end([getattr(part, column) for part in records], np.int64)[split.rows]
    each, which = np.unique(np.stack([number, split.side]), axis=1, return_inverse=True)
    node = nodes + which.reshape(-1)
    for place, part in enumerate(records):
        mine = (split.rows >= ends[place]) & (split.rows < ends[place + 1])
        getattr(part, column)[split.rows[mine] - ends[place]] = node[mine]
    return {nodes + at: int(shared) for at, shared in enumerate(each[0].tolist())}, node


def _without_disputed(told: Told, records: Sequence[Nodes], first: int, upns: pa.Array) -> dict[str, np.ndarray]:
    """Let no UPN of two people link anything: their keys, and the places of their records among all."""
    by_upn = end_to_end([part.by_upn for part in records], np.int64)
    split = several(told, np.where(by_upn >= 0, by_upn - first, -1), len(upns))
    if not len(split.rows):
        return {}
    ends = bounds(records)
    found = {f"upn:{upns[int(node) - first].as_py()}": split.rows[by_upn[split.rows] == node]
             for node in np.unique(by_upn[split.rows])}  # fmt: skip
    for place, part in enumerate(records):
        mine = split.rows[(split.rows >= ends[place]) & (split.rows < ends[place + 1])]
        part.by_upn[mine - ends[place]] = -1
    return found


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


def _components(records: Sequence[Nodes], kind: np.ndarray, apart: Sequence[tuple[int, int]]) -> _Graph:
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


def _placed(part: Nodes, graph: _Graph, nodes: int) -> tuple[np.ndarray, int]:
    """Each record's node: of its number, else of its agency's own one, else of its UPN, else its own id."""
    said = np.where(part.by_number >= 0, part.by_number, np.where(part.by_own >= 0, part.by_own, part.by_upn))
    node = np.where(said >= 0, graph.root[np.maximum(said, 0)] if len(graph.root) else -1, -1)
    alone = np.flatnonzero(node < 0)
    ids = part.row_id.combine_chunks().take(pa.array(alone)).dictionary_encode()
    node[alone] = nodes + codes(ids)
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
        keys: Keys,
        together: Sequence[tuple[Side, Side]],
        apart: Sequence[tuple[Side, Side]],
        moved: Mapping[str, str],
    ) -> None:
        self.into = np.arange(nodes)
        self.held: tuple[Pair, ...] = ()
        self.refused: tuple[Pair, ...] = ()
        if not together:
            return
        asked = {key for pair in (*together, *apart) for side in pair for key in side}
        asked |= {moved[key] for key in asked & moved.keys()}
        node = {key: int(keys.owner[place]) for key, place in places_of(asked, keys.text).items()}
        node = followed(node, moved)
        meant = sorted((one[0], other[0], behind(one, node), behind(other, node)) for one, other in set(together))
        pairs = {
            (one, other): (min(mine), min(theirs))
            for one, other, mine, theirs in meant
            if len(mine) == len(theirs) == 1
        }
        leads = {each: each for both in pairs.values() for each in both}

        def find(one: int) -> int:
            while leads[one] != one:
                one = leads[one]
            return one

        for both in pairs.values():
            first, second = sorted(map(find, both))
            leads[second] = first
        groups: dict[int, list[int]] = defaultdict(list)
        for one in leads:
            groups[find(one)].append(one)
        numbered = _numbers_of(graph, leads)
        two = {
            frozenset((mine, theirs))
            for one, other in apart
            for mine in behind(one, node)
            for theirs in behind(other, node)
        }
        wrong = {
            lead
            for lead, group in groups.items()
            if _too_many([number for each in group for number in numbered[each]], graph.kind, side_of)
            or any(pair <= set(group) for pair in two)
        }
        self.held = tuple(pair for pair, (mine, _) in pairs.items() if find(mine) not in wrong)
        self.refused = tuple(
            (one, other) for one, other, mine, theirs in meant if mine and theirs and (one, other) not in self.held
        )
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


# ---------------------------------------------------------------- what is in doubt


def _conflicting(records: Sequence[Nodes], graph: _Graph) -> pa.Array:
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


def _reused(
    records: Sequence[Nodes],
    split: Sides,
    disputed_upns: Mapping[str, np.ndarray],
    own: np.ndarray,
    child: np.ndarray,
) -> dict[str, tuple[int, ...]]:
    found = {key: set(child[rows].tolist()) for key, rows in disputed_upns.items()}
    for part in records:
        mine = split.rows[np.isin(own[split.rows], part.own)]
        for node in np.unique(own[mine]).tolist():
            name = part.names[node - int(part.own[0])].as_py()
            found[f"{part.agency}/{name}"] = set(child[mine[own[mine] == node]].tolist())
    return {key: tuple(sorted(children)) for key, children in sorted(found.items()) if len(children) > 1}


def _may_be(nameless: set[int], shared: Mapping[str, tuple[int, ...]]) -> dict[int, tuple[int, ...]]:
    others: dict[int, set[int]] = defaultdict(set)
    for children in shared.values():
        for child in nameless.intersection(children):
            others[child].update(children)
    return {child: tuple(sorted(all_ - {child})) for child, all_ in sorted(others.items())}
