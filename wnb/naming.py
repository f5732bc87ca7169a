"""Which child is which id tonight: whoever was found, and whoever has been listed before."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.config import Configuration
from wnb.errors import SafetyStop
from wnb.joining import Joined
from wnb.link import Linked
from wnb.records import codes
from wnb.store.children import Stored, child_id, key_of, name_children, new_id, taken_by


@dataclass(frozen=True)
class NamedChildren:
    """Tonight's ids, both ways, and what the casebook must keep of them."""

    ids: Mapping[int, str]  # child number -> id
    numbers: Mapping[str, int]  # id -> child number
    merged: Mapping[str, str]  # id given up tonight -> the id that stays
    to_store: Mapping[str, str]  # identity key -> id
    parted: frozenset[str]
    split: Mapping[str, str]  # id that is new tonight, or back -> the id it was part of


def key_called(configuration: Configuration, keys: Iterable[str], asked: str) -> str | None:
    """The identity key of which the id that was asked for would be made; None where no key makes it."""
    secret = key_of(configuration)
    return next((key for key in keys if child_id(secret, key) == asked), None)


def would_be(
    configuration: Configuration, stored: Mapping[str, Stored], linked: Linked, children: Collection[int]
) -> dict[int, str]:
    """The ids of some children: those they have, or those they would have if they were named tonight."""
    here = linked.child_of(stored)
    ids = {child: stored[key].child_id for key, child in sorted(here.items())}
    secret, taken = key_of(configuration), taken_by(stored)
    return {child: ids.get(child) or new_id(secret, linked.key[child].as_py(), taken) for child in children}


def name(
    configuration: Configuration, stored: Mapping[str, Stored], joined: Joined, children: Collection[int]
) -> NamedChildren:
    """Name the children who were found tonight and all who have an id already."""
    linked = joined.linked
    places = pc.index_in(pa.array(sorted(stored), pa.string()), value_set=linked.keys).drop_null().to_numpy()
    had = _had(joined, stored)
    most = {max(of, key=lambda child: (of[child], -child)) for of in had.values()}
    wanted = sorted({*children, *linked.owner[places].tolist(), *most})
    keys = linked.keys_of(np.array(wanted, np.int32))
    earliest = {child: linked.key[child].as_py() for child in wanted}
    many = np.bincount(joined.child, minlength=linked.children)
    records = {child: int(many[child]) for child in wanted}
    named = name_children(keys, earliest, stored, key_of(configuration), records, had)
    if len(set(named.ids.values())) < len(named.ids):
        raise SafetyStop("two children would have one id; nothing was published")
    return NamedChildren(
        ids=named.ids,
        numbers={child_id: number for number, child_id in named.ids.items()},
        merged=named.merged,
        to_store={
            key: named.ids[child] for child in wanted for key in keys[child] if key not in stored or key in named.parted
        },
        parted=named.parted,
        split=named.split,
    )


def _had(joined: Joined, stored: Mapping[str, Stored]) -> dict[str, dict[int, int]]:
    """By stored id, whose the appointments are tonight that were its child's last night, and how many."""
    found: dict[str, dict[int, int]] = {}
    names = sorted(stored)
    asked = pa.array(names, pa.string())
    for earlier, start, end in zip(joined.earlier, joined.bounds[:-1], joined.bounds[1:], strict=True):
        if earlier is None or not len(asked):
            continue
        place = pc.fill_null(pc.index_in(earlier.dictionary, value_set=asked), -1).to_numpy(zero_copy_only=False)
        of_row = np.append(place, -1)[codes(earlier)]
        rows = np.flatnonzero(of_row >= 0)
        both, many = np.unique(np.stack([of_row[rows], joined.child[start:end][rows]]), axis=1, return_counts=True)
        for at, child, count in zip(*both.tolist(), many.tolist(), strict=True):
            of = found.setdefault(stored[names[at]].child_id, {})
            of[child] = of.get(child, 0) + count
    return found
