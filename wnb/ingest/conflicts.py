"""One NHS number, two people: a number that stands in one file beside two names and two dates of birth links nobody."""

import unicodedata

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import int32, int64, types, uint8

from wnb.machine import compiled

UNKNOWN = np.iinfo(np.int32).min

_Numbers = types.Array(int64, 1, "C", readonly=True)
_Days = types.Array(int32, 1, "C", readonly=True)


@compiled(int64(_Numbers, _Days, int64[::1], int32[::1], uint8[::1]))
def _differing(number, born, table, days, marked):  # type: ignore[no-untyped-def]
    """Mark the rows whose number was seen before with another date of birth; how many were."""
    mask = len(table) - 1
    found = 0
    for row in range(len(number)):
        wanted = number[row]
        day = born[row]
        if wanted < 0 or day == -2_147_483_648:
            continue
        slot = np.int64((np.uint64(wanted) * np.uint64(11_400_714_819_323_198_485)) >> np.uint64(20)) & mask
        while table[slot] >= 0 and table[slot] != wanted:
            slot = (slot + 1) & mask
        if table[slot] < 0:
            table[slot] = wanted
            days[slot] = day
        elif days[slot] != day:
            marked[row] = 1
            found += 1
    return found


def shared_numbers(rows: pa.Table) -> npt.NDArray[np.bool_]:
    """Which rows carry an NHS number that this file gives to two people: two dates of birth and two names."""
    count = rows.num_rows
    result = np.zeros(count, np.bool_)
    if not count:
        return result
    number = rows["nhs_number"].fill_null(-1).to_numpy()
    born = rows["date_of_birth"].cast(pa.int32()).fill_null(UNKNOWN).to_numpy()
    room = 1 << max(4, (2 * count - 1).bit_length())
    marked = np.zeros(count, np.uint8)
    if not _differing(number, born, np.full(room, -1, np.int64), np.zeros(room, np.int32), marked):
        return result
    people_of = rows.select(["family_name", "given_name", "date_of_birth"])
    for suspect in np.unique(number[marked > 0]).tolist():
        mine = np.flatnonzero(number == suspect)
        told = people_of.take(pa.array(mine)).to_pylist()
        people = {
            (plain(row["family_name"]), plain(row["given_name"]), row["date_of_birth"])
            for row in told
            if row["date_of_birth"]
        }
        if any(_two_people(one, other) for one in people for other in people):
            result[mine] = True
    return result


def _two_people(one: tuple[str, str, object], other: tuple[str, str, object]) -> bool:
    """Another date of birth and another name; a name that is not given differs from none."""
    if one[2] == other[2]:
        return False
    return any(mine and theirs and mine != theirs for mine, theirs in zip(one[:2], other[:2], strict=True))


def plain(name: str | None) -> str:
    """A name as it is compared: in one case, accents and marks and spaces left out."""
    decomposed = unicodedata.normalize("NFKD", name or "").casefold()
    return "".join(letter for letter in decomposed if letter.isalnum())
