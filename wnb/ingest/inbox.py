"""What lies in an inbox, and what of it is whole.

An inbox is written by others. Nothing in it is followed, waited for or told of by a name that a terminal would obey.
"""

import fnmatch
import os
import shlex
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from wnb.agency import Agency
from wnb.config import Configuration
from wnb.date_forms import extract_date_in
from wnb.errors import Fault
from wnb.ingest import manifest
from wnb.ingest.manifest import Stated
from wnb.ingest.vault import unfollowed

DONE = ".done"
LONGEST_NAME, SHOWN = 200, 80  # bytes that a name may have, and characters that are told of a longer one
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # of Unicode: control, format, half a character, line, paragraph
ARRIVING_SECONDS = 3_600  # what does not agree with its manifest may still be on its way for so long


@dataclass(frozen=True)
class Waiting:
    """A file in an inbox. `because` says why it is not taken tonight; empty: it is whole and due."""

    path: Path
    name: str
    extract_date: date
    because: str = ""
    stated: Stated | None = None  # what its manifest says
    bytes: int = 0
    still_since: float = 0  # seconds since 1970: the last change of it, or of its manifest
    lacks_word: bool = False  # it waits for nothing but its agency's word that it is whole


def no_inbox(configuration: Configuration) -> Fault | None:
    """What is to be said where there is no inbox at all: the path is wrong, or a disk is not there.

    A night of it would look like one on which every agency is silent. An agency without a folder in it is only silent.
    """
    inbox = configuration.path("inbox")
    if inbox.is_dir():
        return None
    return Fault(
        str(inbox),
        "there is no such folder, and it is the inbox of every agency (paths.inbox in wnb.yaml, beside config/)",
        "Correct paths.inbox, or make the folder, or see that its disk is there; then do the night again.",
        f"mkdir -p {shlex.quote(str(inbox))}",
    )


def look(folder: Path, agency: Agency, night: date, settle_seconds: int, now: float) -> Iterator[Waiting]:
    """The agency's files in its inbox, in the order of their names.

    Only regular files are looked at: a link, a pipe or a folder is never followed. A file is whole when it has not
    changed for `settle_seconds` (`now` is the time of the look, in seconds since 1970), and its agency has said so
    where it says so. A file that ends in `.done`, a manifest, or one that begins with a dot is not an extract.
    """
    contracts = [agency, *(agency.as_of(version.since) for version in agency.versions)]
    sends_manifests = any(by.extract.complete_when == "manifest" for by in contracts)
    companions = (DONE, *manifest.ENDINGS) if sends_manifests else (DONE,)
    try:
        paths = sorted(folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as wrong:
        yield Waiting(folder, f"{folder.name}/", night, f"the inbox cannot be looked into ({type(wrong).__name__})")
        return
    for path in paths:
        name = path.name
        forms = [by.extract.extract_date for by in contracts if _is_called(name, by.extract.files)]
        if name.startswith(".") or name.endswith(companions) or not forms:
            continue
        try:
            about = path.lstat()
        except FileNotFoundError:
            continue  # taken away meanwhile: nothing was delivered
        except OSError as wrong:
            yield Waiting(path, shown(name), night, f"cannot be looked at ({type(wrong).__name__})")
            continue
        yield _judged(path, about, [form for form in forms if form], agency, night, settle_seconds, now)


def _judged(
    path: Path, about: os.stat_result, forms: list[str], agency: Agency, night: date, settle_seconds: int, now: float
) -> Waiting:
    """A thing in an inbox that is called like an extract. `forms`: in which its name may say its date."""
    name = path.name
    dated, on, because = _dated(name, agency, night), night, ""
    if not stat.S_ISREG(about.st_mode):
        because = "not a regular file: links, pipes and folders are never read"
    elif strange := _strange(name):
        because = f"{strange}; rename it"
    elif dated is None:
        form = " or ".join(dict.fromkeys(forms))
        because = f"its name holds no date in the form {form}; rename it, or correct extract_date"
    elif dated > night:
        on, because = dated, "its extract date is later: it waits for that night"
    elif settle_seconds and now - about.st_mtime < settle_seconds:
        because = "still changing: taken when it has been still for long enough"
    if because:
        return Waiting(path, shown(name), on, because)
    whole = Waiting(path, name, dated or night, still_since=about.st_mtime, bytes=about.st_size)
    return _said_whole(whole, agency)


def _strange(name: str) -> str:
    """Why a name cannot be told to people as it is; empty where it can."""
    if any("\ud800" <= mark <= "\udfff" for mark in name):
        return "its name is not text in UTF-8"
    if any(unicodedata.category(mark) in UNSEEN for mark in name):
        return "its name holds a line break or another mark that nobody sees"
    return "its name is longer than any extract's" if len(name.encode()) > LONGEST_NAME else ""


def shown(name: str) -> str:
    """A name as it may be told: what nobody sees is written out, and what is over-long is cut."""
    marks = [mark.encode("unicode_escape").decode() if unicodedata.category(mark) in UNSEEN else mark for mark in name]
    told = "".join(marks)
    return told if len(told.encode()) <= LONGEST_NAME else f"{told[:SHOWN]}…"


def _said_whole(waiting: Waiting, agency: Agency) -> Waiting:
    """The file with what its agency says of its being whole, where the agency says anything."""
    match agency.as_of(waiting.extract_date).extract.complete_when:
        case "done_file":
            said = _regular(waiting.path.with_name(waiting.name + DONE))
            if said is None or said.st_mtime < waiting.still_since:
                because = f"waits for {waiting.name}{DONE}, with which its agency says that it is whole"
                return replace(waiting, because=because, lacks_word=True)
        case "manifest":
            try:
                stated, since = _manifest_of(waiting)
            except ValueError as fault:
                return replace(waiting, because=f"{fault}; it waits for one", lacks_word=True)
            return replace(waiting, stated=stated, still_since=max(since, waiting.still_since))
        case "settled":
            pass
    return waiting


def _manifest_of(waiting: Waiting) -> tuple[Stated, float]:
    """What the manifest beside a file says, and when that last changed.

    Raises:
        ValueError: there is none, it cannot be read, or it is another file's.
    """
    for ending in manifest.ENDINGS:
        beside = waiting.path.with_name(waiting.name + ending)
        if about := _regular(beside):
            try:
                with unfollowed(beside) as file:
                    content = file.read(manifest.LONGEST)
            except OSError as wrong:
                raise ValueError(f"its manifest could not be read ({type(wrong).__name__})") from None
            return manifest.stated_in(content, waiting.name), about.st_mtime
    raise ValueError(f"no manifest lies beside it ({waiting.name}{manifest.ENDINGS[0]})")


def _regular(path: Path) -> os.stat_result | None:
    """What is known of a regular file; None of anything else, a link too, or where nothing is."""
    try:
        about = path.lstat()
    except (OSError, ValueError):
        return None
    return about if stat.S_ISREG(about.st_mode) else None


def _is_called(name: str, files: str) -> bool:
    """Whether a name is one of the declared ones: in letters of either case, and packed by gzip or not."""
    plain = name.casefold()
    return any(fnmatch.fnmatchcase(each, files.casefold()) for each in (plain, plain.removesuffix(".gz")))


def _dated(name: str, agency: Agency, night: date) -> date | None:
    """The extract date of a file, by the version of the agency's file that holds on that very date."""
    for version in (None, *agency.versions):
        extract = (agency.as_of(version.since) if version else agency).extract
        form = extract.extract_date
        dated = extract_date_in(name, form) if form else night
        if dated and _is_called(name, extract.files) and agency.as_of(dated).extract.extract_date == form:
            return dated
    return None
