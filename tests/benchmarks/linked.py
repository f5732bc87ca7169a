"""The records of some agencies linked, with as little else loaded as a night needs for it: this is what is measured."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from wnb.likely import Told
from wnb.link import Linked, link
from wnb.records import Records

NOBODY = pa.table({"key": pa.array([], pa.string()), "first_night": pa.array([], pa.int32())})


def linked_agencies(agencies: Mapping[str, pa.Table]) -> tuple[Linked, list[Told]]:
    """The records of each agency linked, and what it says, in the order of `Linked.child`."""
    parts, said = [], []
    for agency, mine in agencies.items():
        live = np.ones(mine.num_rows, bool)
        names = mine["given_name"], mine["family_name"], mine["date_of_birth"]
        parts.append(Records(agency, mine["nhs_number"], mine["child_local_id"], mine["row_id"], live, *names))
        said.append((*names, mine["postcode"], live))
    found = link(parts, NOBODY, 1)
    return found, [Told(of, *each) for of, each in zip(found.child, said, strict=True)]
