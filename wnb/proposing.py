"""`wnb agency suggest` and `wnb agency diff`: what an extract's YAML might be, or no longer is. They decide nothing.

Names of columns, codes and counts are printed, never a value that could be a child's.
"""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from wnb.config import Configuration
from wnb.date_forms import extract_date_in
from wnb.errors import UsageFault
from wnb.ingest.departure import departure
from wnb.ingest.suggest import suggest
from wnb.nightly import Clock
from wnb.told import Told


def suggested(file: Path) -> Told:
    """The YAML of an agency never seen, proposed from one of its extracts; every doubt is a comment in it.

    Raises:
        UsageFault: there is no such file, or it is of a kind that no extract is.
    """
    try:
        proposal = suggest(_there(file), file.name)
    except ValueError as strange:
        raise UsageFault(f"{file}: {strange}") from None
    document = {"schema": "wnb.agency-suggest/1", "yaml": proposal.yaml, "doubts": list(proposal.doubts)}
    return Told(proposal.yaml, document)


def departed(configuration: Configuration, file: Path, agency: str | None, clock: Clock) -> Told:
    """How an extract departs from its agency's YAML, and the version to paste there. The agency: its folder's name.

    Raises:
        UsageFault: there is no such file or agency, or the file is of a kind that no extract is.
    """
    name = agency or file.resolve().parent.name
    if name not in configuration.agencies:
        known = ", ".join(configuration.agencies)
        raise UsageFault(f"{name!r} is not an agency of this partnership ({known}); say which with --agency")
    form = configuration.agencies[name].extract.extract_date
    today = clock.now().astimezone(ZoneInfo(configuration.partnership.timezone)).date()
    since: date = (extract_date_in(file.name, form) if form else None) or today
    try:
        found = departure(_there(file), file.name, configuration.agencies[name].as_of(since), since.isoformat())
    except ValueError as strange:
        raise UsageFault(f"{file}: {strange}") from None
    document = {"schema": "wnb.agency-diff/1", "agency": name, "departs": list(found.words), "yaml": found.yaml}
    if not found.words:
        return Told(f"{file.name} is as the YAML of {name} says.\n", document)
    words = "".join(f"  {line}\n" for line in found.words)
    paste = (
        f"\nTo paste at the end of config/agencies/{name}.yaml, once it is right:\n\n{found.yaml}" if found.yaml else ""
    )
    return Told(f"{file.name} departs from the YAML of {name}:\n{words}{paste}", document)


def _there(file: Path) -> Path:
    if not file.is_file():
        raise UsageFault(f"{file}: there is no such file")
    return file
