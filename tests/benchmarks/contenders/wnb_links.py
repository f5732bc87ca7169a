"""A register linked and its likely links suggested; `increment`: a night on which three records in a thousand changed;
`start`: nothing but what both load first.

python wnb_links.py FOLDER [increment|start]: the folder holds a file an agency, as the lake does.
"""

import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from tests.benchmarks.linked import linked_agencies
from wnb.engines.local import alike
from wnb.likely import Likely, renewed
from wnb.linkage import Model
from wnb.store.lake import PAIRS, PROFILES

SAID = ["nhs_number", "child_local_id", "row_id", "given_name", "family_name", "date_of_birth", "postcode"]

folder = Path(sys.argv[1])
agencies = {file.stem: pq.read_table(file, columns=SAID) for file in sorted((folder / "agencies").iterdir())}
if sys.argv[2:] == ["start"]:
    import splink

    sys.exit(0 if agencies and splink else 1)
found, said = linked_agencies(agencies)
model = Model.read((Path(__file__).parents[3] / "config" / "linkage.json").read_text("utf-8"))
touched, before = None, Likely(PAIRS.empty_table(), PROFILES.empty_table())
if sys.argv[2:] == ["increment"]:
    before = Likely(pq.read_table(folder / "pairs.parquet"), pq.read_table(folder / "profiles.parquet"))
    chance, touched = np.random.default_rng(3), np.zeros(found.children, bool)
    for of in found.child:
        touched[of[chance.choice(len(of), len(of) * 3 // 1000, replace=False)]] = True
now = renewed(model, said, found, touched, before, alike)
if touched is None:
    pq.write_table(now.pairs, folder / "pairs.parquet")
    pq.write_table(now.profiles, folder / "profiles.parquet")
else:
    assert now.pairs.equals(before.pairs), "an increment must suggest what the whole does"
