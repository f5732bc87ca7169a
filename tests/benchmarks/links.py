"""A register of a known truth, linked with what is likely suggested, beside a full Splink dedupe of its records.

How good the links are is printed before the table: by cause, and by group of names.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pyarrow.parquet as pq

from tests.benchmarks.linkage import by_agency, judged
from tests.benchmarks.register import AGENCIES, RECORDS_A_PERSON, register
from tests.benchmarks.rounds import CONTENDERS, Cost, Run, cost_of, interleaved
from wnb.config import load
from wnb.linkage import Model

SPLINK = "Splink: a full dedupe, trained on the way"
WNB = "wnb: linked and suggested, from nothing"
START = "wnb: started, and the register read"
NIGHT = "wnb: a night on which three records in a thousand changed"


def run(records: int, rounds: int) -> Run:
    """One interleaved run over `records` records, and, printed, how good the links are."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        made = subprocess.run([sys.executable, "-m", "tests.benchmarks.links", str(root), str(records)])
        made.check_returncode()  # a process of its own: its memory would be counted as every contender's

        def contender(script: str, *asked: str) -> Callable[[int], Cost]:
            command = [sys.executable, str(CONTENDERS / script), *asked]
            return lambda k: cost_of(command, CONTENDERS.parents[2])

        contenders = {
            SPLINK: contender("splink_dedupes.py", str(root / "register.parquet")),
            WNB: contender("wnb_links.py", str(root)),
            START: contender("wnb_links.py", str(root), "start"),
            NIGHT: contender("wnb_links.py", str(root), "increment"),
        }
        about = f"{records:,} records of {round(records / RECORDS_A_PERSON):,} people"
        return Run(about, SPLINK, interleaved(contenders, rounds))


def verdict(run: Run) -> str:
    """Whether the targets were met: 0.6 x the CPU of the dedupe, 1 GiB, and a night at a tenth of it."""
    whole, night, start = (median(run.ratios(name, "cpu")) for name in (WNB, NIGHT, START))
    said = [f"cpu {whole:.2f} x, target 0.60 x: {'met' if whole <= 0.6 else 'MISSED'}"]
    said.append(f"peak {run.peak(WNB):,.0f} MiB: {'within' if run.peak(WNB) <= 1_024 else 'OVER'} 1 GiB")
    judged = "met" if night <= 0.1 else "MISSED"
    said.append(f"a night {night:.2f} x, target 0.10 x: {judged} ({night - start:.2f} x beside its start)")
    return "; ".join(said)


def make_and_judge(folder: Path, records: int) -> None:
    """Write the register, and print how good its links are."""
    told = register(records, seed=1)
    pq.write_table(told, folder / "register.parquet")
    (folder / "agencies").mkdir(exist_ok=True)
    for agency, mine in zip(AGENCIES, by_agency(told), strict=True):
        pq.write_table(mine, folder / "agencies" / f"{agency}.parquet")
    model = Model.read(load(CONTENDERS.parents[2] / "config").linkage)
    print(json.dumps(judged(told, model), indent=1), flush=True)


if __name__ == "__main__":
    make_and_judge(Path(sys.argv[1]), int(sys.argv[2]))
