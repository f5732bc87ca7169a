"""Splink, asked which accounts of people are alike: what is the same on every engine."""

import logging
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from wnb.linkage import FIELDS, Model

if TYPE_CHECKING:
    from splink.internals.splink_dataframe import SplinkDataFrame

GAMMAS: Final = tuple(f"gamma_{each}" for each in FIELDS)
NEARLY: Final = 1e-6
"""Bits: engines add up in their own order. A pair this near the limit comes back, and is weighed by the model."""


def numbered(asked: pa.Table, told: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Both sides with the name and the column by which Splink tells them and their rows apart; `asked` is its left."""
    for which, table in (("asked", asked), ("told", told)):
        yield which, table.append_column("unique_id", pa.array(np.arange(table.num_rows, dtype=np.int32)))


def predicted(api: Any, sides: Sequence[Any], model: Model) -> "SplinkDataFrame":
    """Splink's table of the pairs that weigh enough: `child_l`, `child_r` and the levels, `GAMMAS`.

    Args:
        api: Splink's door to an engine that knows the words of a model (`linkage.WORDS`).
        sides: the two tables, registered with it.
        model: the frozen model.
    """
    from splink import Linker

    settings = dict(model.settings) | {"sql_dialect": api.sql_dialect.sql_dialect_str}
    linker = Linker(list(sides), settings, log_level=logging.ERROR, validate_settings=False)  # `Model.read` did
    return linker.inference.predict(threshold_match_weight=model.suggest_from - NEARLY)
