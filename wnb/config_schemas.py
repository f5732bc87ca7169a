"""Writes the JSON Schemas of `config/` for editors: `python -m wnb.config_schemas config/schema` (or `make schema`)."""

import json
import sys
from pathlib import Path

from wnb.config import schemas


def texts() -> dict[str, str]:
    """File name -> JSON Schema, as it is published."""
    return {name: json.dumps(schema, indent=1, ensure_ascii=False) + "\n" for name, schema in schemas().items()}


def write(folder: Path) -> None:
    """Write every schema into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts().items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
