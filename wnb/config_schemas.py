"""Writes the JSON Schemas of `config/` for editors: `python -m wnb.config_schemas config/schema` (or `make schema`)."""

import json
import sys
from pathlib import Path
from typing import Any

from wnb.agency import Agency
from wnb.casework import Casework
from wnb.partnership import Partnership
from wnb.rules import Rules
from wnb.settings import Model


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each file of `config/`, by the name it is published under in `config/schema/`."""
    named: dict[str, type[Model]] = {
        "wnb.schema.json": Partnership,
        "rules.schema.json": Rules,
        "casework.schema.json": Casework,
        "agency.schema.json": Agency,
    }
    return {name: model.model_json_schema(by_alias=True) for name, model in named.items()}


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
