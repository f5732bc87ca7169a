"""Columns of Arrow as arrays of NumPy."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def ints(column: pa.ChunkedArray, kind: pa.DataType, missing: int) -> np.ndarray:
    """A column cast to whole numbers; where nothing stands, `missing`."""
    return np.asarray(pc.fill_null(column.cast(kind), missing).to_numpy())


def end_to_end(arrays: Iterable[np.ndarray], kind: type) -> np.ndarray:
    """Arrays one after another, as one of `kind`; an empty one where there are none."""
    return np.concatenate([np.empty(0, kind), *arrays]).astype(kind, copy=False)
