"""`wnb agency suggest` and `wnb agency diff`: what an extract's YAML might be, or no longer is. They decide nothing.

Names of columns, codes and counts are printed, never a value that could be a child's.
"""

import re
import shlex
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from wnb.agency import Agency
from wnb.config import Configuration
from wnb.date_forms import extract_date_in
from wnb.errors import UsageFault
from wnb.ingest.container import holds_every, wanted
from wnb.ingest.departure import Departure, departure
from wnb.ingest.encodings import Encoded
from wnb.ingest.glimpse import Glimpse
from wnb.ingest.isolation import reader
from wnb.ingest.suggest import Suggestion
from wnb.ingest.vault import Receipt, Vault, sha256_of
from wnb.nightly import Clock
from wnb.placing import DECIDE
from wnb.told import Told


def suggested(file: Path, decided: Mapping[str, str] | None = None) -> Told:
    """The YAML of an agency never seen, proposed from one of its extracts; every doubt is a comment in it. `decided`:
    what a person has said already (`agency`, `name`, `kind`, `sharing`, `delivers`, `every`, and as `outcome` its
    column).

    Raises:
        UsageFault: there is no such file, or it is of a kind that no extract is.
    """
    try:
        proposal = Suggestion(**reader().look("suggest", there(file), file.name, decided))
    except ValueError as strange:
        raise UsageFault(f"{file}: {strange}") from None
    document = {
        "schema": "wnb.agency-suggest/1",
        "yaml": proposal.yaml,
        "doubts": list(proposal.doubts),
        "undecided": list(proposal.undecided),
    }
    return Told(proposal.yaml, document)


def departed(configuration: Configuration, file: Path, agency: str | None, clock: Clock) -> Told:
    """How an extract departs from its agency's YAML, and the version to paste there. The agency: its folder's name.

    Raises:
        UsageFault: there is no such file or agency, or the file is of a kind that no extract is.
    """
    contract = agency_of(configuration, file, agency)
    since = dated(configuration, contract, file, clock)
    try:
        seen = looked_at(there(file), file.name)
    except ValueError as strange:
        raise UsageFault(f"{file}: {strange}") from None
    receipt, before = _last(configuration, contract, file, since)
    found = departure(seen, contract.as_of(since), since.isoformat(), before)
    zone = ZoneInfo(configuration.partnership.timezone)
    refused = reader().read(file, file.name, contract.as_of(since), zone, since)
    document = {
        "schema": "wnb.agency-diff/1",
        "rejected": refused.note if refused.rejected else "",
        "agency": contract.agency,
        "beside": receipt.name if receipt and before else None,
        "departs": list(found.words),
        "header": [{"before": was, "now": now, "says": says} for was, now, says in found.header],
        "codes": [asdict(code) for code in found.codes],
        "yaml": found.yaml,
    }
    return Told(
        "\n".join(
            [
                *_in_words(configuration, contract, file, receipt if before else None, found),
                *([f"Yet, by the YAML as it is, a night refuses it: {refused.note}"] if refused.rejected else []),
            ]
        )
        + "\n",
        document,
    )


def _in_words(
    configuration: Configuration, agency: Agency, file: Path, receipt: Receipt | None, found: Departure
) -> Iterable[str]:
    if not found.words:
        yield f"{file.name} is as the YAML of {agency.agency} says."
        return
    yield f"{file.name} departs from the YAML of {agency.agency}:"
    yield from (f"  {words}" for words in found.words)
    if found.header and any(was != now for was, now, _ in found.header):
        yield ""
        yield from _table(f"{receipt.name if receipt else 'the YAML'}", file.name, found.header)
    if not found.yaml:
        return
    text = configuration.texts.get(f"agencies/{agency.agency}.yaml", "")
    path = configuration.folder / "agencies" / f"{agency.agency}.yaml"
    yield ""
    if re.search(r"^versions:[ \t]*(\[\][ \t]*)?(#.*)?$", text, re.MULTILINE) and not agency.versions:
        yield f"To paste into {path}, once it is right, in place of its empty `versions:`:"
        yield f"\n{found.yaml.rstrip()}"
    elif agency.versions:
        yield f"To paste into {path}, once it is right, under the `versions:` that is there, with its indent:"
        yield f"\n{found.yaml.partition(chr(10))[2].rstrip()}"
    else:
        yield f"To paste at the end of {path}, once it is right:"
        yield f"\n{found.yaml.rstrip()}"
    yield ""
    if DECIDE in found.yaml:
        yield f"{DECIDE} stands where only a person can say; `wnb check` refuses the file while one is left."
    yield f"Then: wnb check --sample {shlex.quote(str(file))} --agency {agency.agency}"


def _table(left: str, right: str, rows: Iterable[tuple[str, str, str]]) -> Iterable[str]:
    every = [(left, right, ""), *rows]
    wide = [max(len(row[at]) for row in every) for at in (0, 1)]
    for was, now, says in every:
        yield f"  {was:<{wide[0]}}  {now:<{wide[1]}}  {says}".rstrip()


def _last(
    configuration: Configuration, agency: Agency, file: Path, since: date
) -> tuple[Receipt | None, Glimpse | None]:
    """The agency's last delivery up to that date which its YAML of that date reads, other than this file itself."""
    vault = Vault(configuration.path("data") / "vault")
    digest, _ = sha256_of(file.resolve())
    mine = [r for r in vault.receipts() if r.agency == agency.agency and r.sha256 != digest and r.extract_date <= since]
    for receipt in sorted(mine, key=lambda r: (r.extract_date, r.sequence), reverse=True):
        try:
            before = looked_at(vault.path(receipt.sha256), receipt.name)
        except (ValueError, OSError):
            continue
        if holds_every(before.header, wanted(agency.as_of(receipt.extract_date))):
            return receipt, before
    return None, None


# ---------------------------------------------------------------- also for `wnb check --sample`


def looked_at(content: Path, name: str) -> Glimpse:
    """A look at the beginning of a file, in a process of its own.

    Raises:
        ValueError: it is of a kind that no extract is; said in words.
    """
    told = dict(reader().look("glimpse", content, name))
    encoding, resources = Encoded(**told.pop("encoding")), Counter(told.pop("resources"))
    return Glimpse(**told, encoding=encoding, resources=resources)


def agency_of(configuration: Configuration, file: Path, agency: str | None) -> Agency:
    """The agency that was named, or that the file's folder is called after.

    Raises:
        UsageFault: there is none of that name.
    """
    name = agency or file.resolve().parent.name
    if name not in configuration.agencies:
        known = ", ".join(configuration.agencies)
        raise UsageFault(f"{name!r} is not an agency of this partnership ({known}); say which with --agency")
    return configuration.agencies[name]


def dated(configuration: Configuration, agency: Agency, file: Path, clock: Clock) -> date:
    """The extract date of a file: in its name as a version of the agency's YAML has it, or today."""
    for by in (agency, *(agency.as_of(version.since) for version in agency.versions)):
        form = by.extract.extract_date
        if form and (found := extract_date_in(file.name, form)) and agency.as_of(found).extract.extract_date == form:
            return found
    return clock.now().astimezone(ZoneInfo(configuration.partnership.timezone)).date()


def there(file: Path) -> Path:
    """The file itself.

    Raises:
        UsageFault: there is none.
    """
    if not file.is_file():
        raise UsageFault(f"{file}: there is no such file")
    return file
