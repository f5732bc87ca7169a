"""Appointments as histories: narrow columns, clustered by child, in the one order in which every rule reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wnb.ages import UNKNOWN_DATE, birthday
from wnb.terms import Status

Texts: TypeAlias = "pa.Array | pa.ChunkedArray"
DAY: Final = 86_400
NEVER_ADULT: Final = 2**31 - 1
"""`adult_from` of a child whose date of birth is unknown: nobody is taken for an adult for want of a date."""
FROM_THE_FIRST: Final = -(2**31)
"""`known` of what came on the first night of its agency: it makes nothing late."""

WIDTHS = {
    "starts": np.int64, "day": np.int32, "outcome": np.uint8, "organisation": np.int32, "agency": np.int32,
    "service": np.int32, "statuses": np.uint16, "known": np.int32, "row": np.int64, "adult_from": np.int32,
    "household": np.int32,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Histories:
    """Every child's history on a night. Child c is the rows from `starts[c]` to `starts[c + 1]`.

    A child's rows are in the order of the interface: (appointment_at, agency, appointment_id), as text where they tie.
    `day`, `known`, `adult_from` are days since 1970-01-01. `outcome` is the recoded `terms.Outcome`, `statuses` the
    bits of `terms.Status` that the child had on that day, `known` the night since which the row is known as it is now,
    `row` its place in the table that it came from. `agency`, `service`, `organisation` number the names below, which
    are in the order of their text, so that the smaller number is the first by name. `household`, one a child, is equal
    for the children of one household; it may be empty, where no rule asks for it.
    """

    starts: NDArray[np.int64]
    day: NDArray[np.int32]
    outcome: NDArray[np.uint8]
    organisation: NDArray[np.int32]
    agency: NDArray[np.int32]
    service: NDArray[np.int32]
    statuses: NDArray[np.uint16]
    known: NDArray[np.int32]
    row: NDArray[np.int64]
    adult_from: NDArray[np.int32]
    agencies: tuple[str, ...] = ()
    services: tuple[tuple[str, str], ...] = ()
    organisations: tuple[str, ...] = ()
    household: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))

    def __post_init__(self) -> None:
        """Refuse columns that the kernels would misread."""
        for name, width in WIDTHS.items():
            column = getattr(self, name)
            if column.dtype != width or column.ndim != 1 or not column.flags.c_contiguous:
                raise TypeError(f"histories: {name} must be one contiguous column of {np.dtype(width)}")
        rows = {len(getattr(self, f.name)) for f in fields(self)[1:9]}
        if rows != {int(self.starts[-1])} or len(self.starts) != len(self.adult_from) + 1:
            raise ValueError("histories: columns of different lengths")
        if len(self.household) not in (0, self.children):
            raise ValueError("histories: a household for each child, or for none")

    @property
    def children(self) -> int:
        """How many children there are, those without any appointment included."""
        return len(self.adult_from)

    def of(self, children: NDArray[np.int64]) -> "Histories":
        """The histories of some children, numbered from 0 in the order in which they are named."""
        lengths = self.starts[children + 1] - self.starts[children]
        rows = _ranges(self.starts[children], lengths)
        by_row = {f.name: getattr(self, f.name)[rows] for f in fields(self)[1:9]}
        home = self.household[children] if len(self.household) else self.household
        starts = np.append(0, np.cumsum(lengths))
        return replace(self, starts=starts, adult_from=self.adult_from[children], household=home, **by_row)


def build(
    *,
    child: NDArray[np.int32],
    at: NDArray[np.int64],
    agency: Texts,
    appointment_id: Texts,
    service: Texts,
    outcome: NDArray[np.uint8],
    known: NDArray[np.int32],
    row: NDArray[np.int64],
    organisations: dict[str, str],
    adult_from: NDArray[np.int32],
    row_statuses: NDArray[np.uint16] | None = None,
    spells: "Spells | None" = None,
    born: NDArray[np.int32] | None = None,
    household: NDArray[np.int32] | None = None,
) -> Histories:
    """Cluster one column an attribute, in any order of rows, into histories.

    `at` is local time in seconds since 1970-01-01 00:00; `agency`, `appointment_id`, `service` are text (a missing
    service is the empty one); `organisations` says whose each agency is, and one it does not name is its own.
    `row_statuses` are bits that belong to the appointment itself; `spells` and `born` (one a child, datetime64[D], NaT
    where it is not known) give those of the day; `household` (one a child) says who lives together. There are as many
    children as `adult_from` is long. Rows that are in order already are not sorted again.
    """
    agency_of, agencies = _numbered(agency)
    service_of, services = _services(agency_of, agencies, service)
    return numbered(
        child=child, at=at, agency=agency_of, agencies=agencies, appointment_id=appointment_id, service=service_of,
        services=services, outcome=outcome, known=known, row=row, organisations=organisations, adult_from=adult_from,
        row_statuses=row_statuses, spells=spells, born=born, household=household,
    )  # fmt: skip


def numbered(
    *,
    child: NDArray[np.int32],
    at: NDArray[np.int64],
    agency: NDArray[np.int32],
    agencies: Sequence[str],
    appointment_id: Texts,
    service: NDArray[np.int32],
    services: Sequence[tuple[str, str]],
    outcome: NDArray[np.uint8],
    known: NDArray[np.int32],
    row: NDArray[np.int64],
    organisations: Mapping[str, str],
    adult_from: NDArray[np.int32],
    row_statuses: NDArray[np.uint16] | None = None,
    spells: "Spells | None" = None,
    born: NDArray[np.int32] | None = None,
    household: NDArray[np.int32] | None = None,
) -> Histories:
    """`build`, where agencies and services are numbered already, in the order of the text of their names."""
    order = order_of(child, at, agency, appointment_id)
    owner = [organisations.get(name, name) for name in agencies]
    names = sorted(set(owner))
    organisation_of = np.array([names.index(name) for name in owner], np.int32)

    in_order = child[order]
    starts = np.zeros(len(adult_from) + 1, np.int64)
    np.cumsum(np.bincount(in_order, minlength=len(adult_from)), out=starts[1:])
    day = (at[order] // DAY).astype(np.int32)
    statuses = np.zeros(len(day), np.uint16) if row_statuses is None else row_statuses[order].astype(np.uint16)
    if spells is not None:
        statuses |= status_bits(starts, day, spells)
    if born is not None:
        first_birthday = np.where(born == UNKNOWN_DATE, UNKNOWN_DATE, birthday(born, 1))
        under_one = day < first_birthday[in_order]
        statuses[under_one] |= np.uint16(Status.UNDER_ONE.bit)
    agency_in_order = agency[order]
    return Histories(
        starts=starts,
        day=day,
        outcome=outcome[order].astype(np.uint8),
        organisation=organisation_of[agency_in_order] if len(organisation_of) else agency_in_order,
        agency=agency_in_order,
        service=service[order],
        statuses=statuses,
        known=known[order].astype(np.int32),
        row=row[order].astype(np.int64),
        adult_from=np.ascontiguousarray(adult_from, np.int32),
        agencies=tuple(agencies),
        services=tuple(services),
        organisations=tuple(names),
        household=np.empty(0, np.int32) if household is None else np.ascontiguousarray(household, np.int32),
    )


@dataclass(frozen=True)
class Spells:
    """Statuses as they are told: a child has the status of `bit` from `first` to `last`, both days counted.

    Four columns of one length: child int32, bit uint16, first and last int32 (days since 1970-01-01); a spell that is
    still so ends with 2**31 - 1.
    """

    child: NDArray[np.int32]
    bit: NDArray[np.uint16]
    first: NDArray[np.int32]
    last: NDArray[np.int32]


def status_bits(starts: NDArray[np.int64], day: NDArray[np.int32], spells: Spells) -> NDArray[np.uint16]:
    """The statuses of each appointment's day, from clustered rows: the union of the spells that hold on it.

    Costs as much as there are appointments within a spell, not as many as there are appointments.
    """
    bits = np.zeros(len(day), np.uint16)
    if not len(spells.child) or not len(day):
        return bits
    children = np.unique(spells.child)
    lengths = starts[children + 1] - starts[children]
    mine = _ranges(starts[children], lengths)
    key = (np.repeat(np.arange(len(children)), lengths) << 32) + (day[mine].astype(np.int64) + 2**31)
    whose = np.searchsorted(children, spells.child).astype(np.int64) << 32
    begin = np.searchsorted(key, whose + (spells.first.astype(np.int64) + 2**31), "left")
    end = np.searchsorted(key, whose + (spells.last.astype(np.int64) + 2**31), "right")
    length = np.maximum(end - begin, 0)
    np.bitwise_or.at(bits, mine[_ranges(begin, length)], np.repeat(spells.bit.astype(np.uint16), length))
    return bits


def _ranges(begin: NDArray[np.int64], length: NDArray[np.int64]) -> NDArray[np.int64]:
    """`begin[k] … begin[k] + length[k] - 1` for each k, one after the other."""
    ends = np.cumsum(length)
    total = int(ends[-1]) if len(ends) else 0
    places: NDArray[np.int64] = np.arange(total) + np.repeat(begin - (ends - length), length)
    return places


def _numbered(names: Texts) -> tuple[NDArray[np.int32], list[str]]:
    """Each name as its number in the order of the text, and the names; a missing one is the empty text."""
    encoded = pc.dictionary_encode(pc.fill_null(pc.cast(names, pa.string()), ""))
    whole = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    words: list[str] = whole.dictionary.to_pylist()
    in_order = sorted(range(len(words)), key=words.__getitem__)
    rank = np.empty(len(words), np.int32)
    rank[in_order] = np.arange(len(words), dtype=np.int32)
    return rank[whole.indices.to_numpy(zero_copy_only=False)], [words[k] for k in in_order]


def _services(
    agency: NDArray[np.int32], agencies: list[str], service: Texts
) -> tuple[NDArray[np.int32], list[tuple[str, str]]]:
    """Each (agency, service) as its number in the order of both texts, and the pairs."""
    number, names = _numbered(service)
    pair = agency.astype(np.int64) * len(names) + number
    used = np.zeros(len(agencies) * len(names), bool)
    used[pair] = True
    number_of = (np.cumsum(used) - 1).astype(np.int32)
    found = [divmod(k, len(names)) for k in np.flatnonzero(used).tolist()]
    return number_of[pair], [(agencies[whose], names[which]) for whose, which in found]


def order_of(
    child: NDArray[np.int32], at: NDArray[np.int64], agency: NDArray[np.int32], appointment_id: Texts
) -> NDArray[np.int64]:
    """The order of the interface: child, time, and as text agency and appointment_id where they tie."""
    if not len(child):
        return np.zeros(0, np.int64)
    earliest = int(at.min())
    if int(at.max()) - earliest >= 1 << 32:
        raise ValueError("histories: appointments that lie more than 136 years apart")
    key = child.astype(np.int64) << 32 | (at - earliest)
    order = np.arange(len(key))
    if np.any(key[1:] < key[:-1]):
        order = np.argsort(key, kind="stable")
        key = key[order]
    same = key[1:] == key[:-1]
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    if len(tied):
        ids = pc.cast(pc.take(appointment_id, pa.array(order[tied])), pa.string())
        id_rank = pc.rank(ids, tiebreaker="dense").to_numpy(zero_copy_only=False)
        settled = np.lexsort((id_rank, agency[order[tied]], key[tied]))
        order[tied] = order[tied[settled]]
    return order
