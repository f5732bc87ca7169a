"""wnb: a CSV read as the night reads it, in pieces, to a Parquet file of accepted rows and one of rows set aside.

Arguments: extract, agency.yaml, accepted.parquet, quarantined.parquet. Says the counts as JSON.
"""

import gc
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter
from ruamel.yaml import YAML

from wnb.agency import Agency
from wnb.ingest import text  # noqa: F401  what a night loads before it reads
from wnb.ingest.reading import in_pieces

ROWS = 122_880  # of a group of the Parquet file
# hardly a value twice, so that a dictionary of them is made in vain
ONCE = frozenset({"line", "appointment_id", "nhs_number", "nhs_number_as_given", "child_local_id", "raw"})


def write(path: str, schema: pa.Schema, pieces: Iterable[pa.Table]) -> None:
    """The pieces as one Parquet file, dictionaries where values come again."""
    again: Sequence[str] = [name for name in schema.names if name not in ONCE]
    waiting: list[pa.Table] = []
    with pq.ParquetWriter(path, schema, use_dictionary=again, write_statistics=False) as writer:
        for piece in pieces:
            waiting.append(piece)
            if sum(table.num_rows for table in waiting) >= ROWS:
                writer.write_table(pa.concat_tables(waiting), 2 * ROWS)
                waiting = []
        if waiting:
            writer.write_table(pa.concat_tables(waiting), 2 * ROWS)


if __name__ == "__main__":
    gc.freeze()
    extract, agency, accepted, quarantined = sys.argv[1:]
    contract = TypeAdapter(Agency).validate_python(YAML(typ="safe").load(Path(agency)))
    zone, night = ZoneInfo("Europe/London"), date(2026, 11, 14)
    with in_pieces(Path(extract), Path(extract).name, contract, zone, night) as told:
        write(accepted, told.reading.rows.schema, told.rows())
        write(quarantined, told.reading.quarantined.schema, told.set_aside())
    counts = {"accepted": told.accepted, "superseded": told.reading.superseded, "quarantined": told.quarantined}
    print(json.dumps(counts | {"records": told.reading.records, "reasons": len(told.reading.reasons)}))
