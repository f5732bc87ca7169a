"""Records drawn by hand, as far as they say whose they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from wnb.link import Linked, link
from wnb.one_child import Pair
from wnb.records import Records


@dataclass(frozen=True)
class Record:
    """One record: a valid NHS number (or none), the agency's own number for the child, its appointment's id."""

    nhs: int | None = None
    own: str | None = None
    id: str = "A1"
    live: bool = True
    given: str | None = None
    family: str | None = None
    born: date | None = None
    upn: str | None = None


def linked(
    agencies: Mapping[str, Sequence[Record]],
    known: Mapping[str, int] | None = None,
    night: int = 300,
    together: Sequence[Pair] = (),
    apart: Sequence[Pair] = (),
) -> Linked:
    """The records of every agency, linked."""
    parts = [
        Records(
            agency,
            pa.chunked_array([pa.array([r.nhs for r in records], pa.int64())]),
            pa.chunked_array([pa.array([r.own for r in records], pa.string())]),
            pa.chunked_array([pa.array([r.id for r in records], pa.string())]),
            np.array([r.live for r in records], bool),
            pa.chunked_array([pa.array([r.given for r in records], pa.string())]),
            pa.chunked_array([pa.array([r.family for r in records], pa.string())]),
            pa.chunked_array([pa.array([r.born for r in records], pa.date32())]),
            pa.chunked_array([pa.array([r.upn for r in records], pa.string())]),
        )
        for agency, records in agencies.items()
    ]
    known = known or {}
    before = pa.table(
        [pa.array(known.keys(), pa.string()), pa.array(known.values(), pa.int32())], names=["key", "first_night"]
    )
    return link(parts, before, night, [((a,), (b,)) for a, b in together], [((a,), (b,)) for a, b in apart])


def who(
    agencies: Mapping[str, Sequence[Record]], together: Sequence[Pair] = (), apart: Sequence[Pair] = ()
) -> list[set[str]]:
    """The children, each as the set of its records ("hospital 0"), in the order of their first one."""
    children: dict[int, set[str]] = {}
    for agency, child in zip(agencies, linked(agencies, together=together, apart=apart).child, strict=True):
        for row, number in enumerate(child.tolist()):
            children.setdefault(number, set()).add(f"{agency} {row}")
    return list(children.values())
