"""The extract that is measured on, and its agency's YAML, made by a process that is gone when anything is measured.

Arguments: folder, rows, and any of "defective", "quoted". Writes 2026-11-14.csv and big.yaml.
"""

import sys
from pathlib import Path

from wnb.demo.big import BIG_AGENCY, one_big_extract

if __name__ == "__main__":
    folder, rows, *how = sys.argv[1:]
    (Path(folder) / "big.yaml").write_text(BIG_AGENCY, "utf-8")
    extract = Path(folder) / "2026-11-14.csv"
    one_big_extract(extract, int(rows), seed=1, defective="defective" in how, quoted="quoted" in how)
