"""YAML to frozen models: every fault at once, each with file:line:column, reason, remedy and an example."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from wnb.agency import Agency
from wnb.casework import Casework
from wnb.errors import ConfigurationFaults, Fault
from wnb.linkage import Model as Linkage
from wnb.partnership import Partnership
from wnb.placing import read_model
from wnb.rules import Rules
from wnb.settings import Model


@dataclass(frozen=True)
class Configuration:
    """The whole configuration, checked, with its text and hash."""

    folder: Path
    partnership: Partnership
    agencies: Mapping[str, Agency]  # by id, in order
    rules: Rules
    casework: Casework
    linkage: str  # the model by which children are suggested to be one, as JSON
    texts: Mapping[str, str]  # file relative to the folder -> its text

    @property
    def root(self) -> Path:
        """The folder that holds `config/`; every path in the configuration starts here."""
        return self.folder.resolve().parent

    @property
    def sha256(self) -> str:
        """The hash by which a night stores the configuration it used."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()

    def as_json(self) -> str:
        """The texts of all files as one JSON document, in the order of their names."""
        return json.dumps(dict(sorted(self.texts.items())), ensure_ascii=False)

    def path(self, what: Literal["inbox", "data", "lists"]) -> Path:
        """One of the declared folders, absolute."""
        folder: str = getattr(self.partnership.paths, what)
        return self.root / folder


LINKAGE = "linkage.json"
FILES: dict[str, type[Model]] = {"wnb.yaml": Partnership, "rules.yaml": Rules, "casework.yaml": Casework}


def load(folder: Path) -> Configuration:
    """Read `folder` whole.

    Raises:
        ConfigurationFaults: with every fault of every file, in the order of the files.
    """
    if not folder.is_dir():
        raise ConfigurationFaults(
            [
                Fault(
                    str(folder),
                    "there is no such folder",
                    "Name the folder that holds wnb.yaml.",
                    "wnb run --config config",
                )
            ]
        )
    faults: list[Fault] = []
    texts: dict[str, str] = {}
    models: dict[str, Any] = {}
    wanted = [*FILES, *(f"agencies/{p.name}" for p in sorted((folder / "agencies").glob("*.yaml")))]
    for name in wanted:
        path = folder / name
        if not path.is_file():
            if name == "casework.yaml":
                models[name] = Casework()
            else:
                faults.append(
                    Fault(f"{path}", "this file is missing", "Copy it from the project's own config/ and adapt it.")
                )
            continue
        models[name] = read_model(path, name, FILES.get(name, Agency), texts, faults)
    linkage = _linkage(folder, texts, faults)
    agencies = {name: model for name, model in models.items() if isinstance(model, Agency)}
    faults += _across_files(folder, agencies)
    if not any(name.startswith("agencies/") for name in wanted):
        faults.append(
            Fault(
                f"{folder / 'agencies'}",
                "no agency is configured",
                "Add one YAML file for each agency.",
                "agencies/homerton.yaml",
            )
        )
    if faults:
        raise ConfigurationFaults(faults)
    by_id = {agency.agency: agency for agency in sorted(agencies.values(), key=lambda a: a.agency)}
    return Configuration(
        folder, models["wnb.yaml"], by_id, models["rules.yaml"], models["casework.yaml"], linkage, texts
    )


def _linkage(folder: Path, texts: dict[str, str], faults: list[Fault]) -> str:
    """The text of `linkage.json`; the program's own model where the folder has none.

    Either is kept with the configuration: a night is made again by the model that it had.
    """
    path = folder / LINKAGE
    if not path.is_file():
        package = Path(__file__).parent  # in a wheel the example's configuration lies inside the package
        path = next(
            own for own in (package / "demo" / "config" / LINKAGE, package.parent / "config" / LINKAGE) if own.is_file()
        )
    text = path.read_text("utf-8")
    try:
        Linkage.read(text)
    except ValueError as wrong:
        remedy = "Remove it, and the program's own model is used, or copy that one here."
        faults.append(Fault(f"{path}", f"this model cannot be asked: {wrong}", remedy))
    texts[LINKAGE] = text
    return text


def _across_files(folder: Path, agencies: Mapping[str, Agency]) -> Iterable[Fault]:
    for name, agency in agencies.items():
        if Path(name).stem != agency.agency:
            yield Fault(
                f"{folder / name}:1:1",
                f"the file is called {Path(name).name}, and its agency is {agency.agency}",
                "Give the file the agency's id as its name.",
                f"{agency.agency}.yaml",
            )
    for path in sorted((folder / "agencies").glob("*")):
        if path.suffix.lower() in (".yml", ".yaml") and path.suffix != ".yaml":
            yield Fault(
                f"{path}:1:1",
                f"a file that ends in {path.suffix} is not read, and its agency would be forgotten",
                "Let its name end in .yaml.",
                f"{path.stem}.yaml",
            )
