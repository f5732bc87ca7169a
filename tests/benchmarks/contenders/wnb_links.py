"""A register linked and its likely links suggested; `increment`: a night on which three records in a thousand changed;
`start`: nothing but what both load first.

python wnb_links.py REGISTER.parquet FOLDER [increment|start]
"""

import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from tests.benchmarks.linkage import linked_register
from wnb.config import load
from wnb.engines.local import alike
from wnb.likely import Likely, renewed
from wnb.linkage import Model
from wnb.store.lake import PAIRS, PROFILES

file, folder = Path(sys.argv[1]), Path(sys.argv[2])
told = pq.read_table(file)
if sys.argv[3:] == ["start"]:
    import splink

    sys.exit(0 if told.num_rows and splink else 1)
found, child, said = linked_register(told)
model = Model.read(load(Path(__file__).parents[3] / "config").linkage)
touched, before = None, Likely(PAIRS.empty_table(), PROFILES.empty_table())
if sys.argv[3:] == ["increment"]:
    before = Likely(pq.read_table(folder / "pairs.parquet"), pq.read_table(folder / "profiles.parquet"))
    touched = np.zeros(found.children, bool)
    touched[child[np.random.default_rng(3).choice(told.num_rows, told.num_rows * 3 // 1000, replace=False)]] = True
now = renewed(model, said, found, touched, before, alike)
if touched is None:
    pq.write_table(now.pairs, folder / "pairs.parquet")
    pq.write_table(now.profiles, folder / "profiles.parquet")
else:
    assert now.pairs.num_rows == before.pairs.num_rows, "an increment must suggest what the whole does"
