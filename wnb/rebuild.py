"""Past nights made again: from the vault, its receipts, each night's configuration and the decisions made by then.

Nights are done again in order in a folder of their own, with what people decided after each of them, and compared with
what was published, file by file. All of them, from the first: what came to light late, who waits in a queue and which
words a case has are made of every night before, and to set them from anything but those nights would be to believe what
is to be proved. It costs what the nights cost when they were done; it is said, and told night by night.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from wnb.arrivals import TakenIn
from wnb.config import Configuration, load
from wnb.errors import Exit, SafetyStop, UsageFault
from wnb.governed import Register
from wnb.ingest.vault import Receipt, Vault, sha256_of
from wnb.nightly import Clock, Taking, Tell, do, locked, opened
from wnb.store.casebook import Casebook, NightRecord
from wnb.store.lake import Generation
from wnb.store.published import PublishedLists
from wnb.terms import Extract, ExtractOutcome
from wnb.told import Told

UNTOLD = ("run_id", "seconds")
"""What of `night.json` a second run cannot say again."""


def rebuilt(configuration: Configuration, night: date, into: Path, clock: Clock, tell: Tell) -> Told:
    """Make `night` again in `into`, and every night before it; compare each with what was published.

    Raises:
        UsageFault: the night was never done, or `into` is not an empty folder.
    """
    if into.exists() and any(into.iterdir()):
        raise UsageFault(f"{into} is not empty; name a folder that is empty or not there yet")
    into.mkdir(parents=True, exist_ok=True)
    with opened(configuration, clock) as casebook:
        records = [record for record in casebook.nights() if record.night <= night]
        texts = {record.config_sha256: casebook.configuration(record.config_sha256) for record in records}
        decisions = {record.night: casebook.decisions(after_night=record.night) for record in records}
        register, aside, links = casebook.rules_register(), casebook.set_aside(), casebook.link_decisions()
    if not records or records[-1].night != night:
        done = ", ".join(str(record.night) for record in records[-3:]) or "none"
        raise UsageFault(f"the night of {night} was never done (the last ones before it: {done}); wnb status lists all")
    receipts = Vault(configuration.path("data") / "vault").receipts()
    differences: dict[str, list[str]] = {}
    began, took = clock.monotonic(), sum(sum(json.loads(record.document)["seconds"].values()) for record in records)
    before: date | None = None
    for number, record in enumerate(records, 1):
        tell(
            f"Making the night of {record.night} again, {number} of {len(records)} (they took {took:.0f} seconds then)"
        )
        there = _configuration_of(configuration, texts[record.config_sha256], into)
        _hand_over(configuration, there, [receipt for receipt in receipts if receipt.night <= record.night])
        with locked(there), opened(there, clock) as again:
            _enter(register, before, again)
            do(there, record.night, again, _as_told(record), clock, lambda step: None)
            if wrong := _compared(record, there):
                differences[record.night.isoformat()] = wrong
            for decision in decisions[record.night]:
                again.decide(decision)
            for entry in aside:
                if entry.after_night == record.night:
                    again.keep_set_aside(entry)
            for link in links:
                if link.after_night == record.night:
                    again.keep_link_decision(link)
        before = record.night
    folder = PublishedLists(there.path("lists")).path(night)
    seconds = round(clock.monotonic() - began, 1)
    document = {
        "schema": "wnb.rebuild/1",
        "night": night.isoformat(),
        "folder": str(folder),
        "nights": len(records),
        "seconds": seconds,
        "differences": differences,
    }
    if differences:
        words = "".join(f"  {when}: {', '.join(files)}\n" for when, files in differences.items())
        return Told(f"The night of {night} was made again in {folder}, and differs:\n{words}", document, Exit.FAULT)
    return Told(
        f"The night of {night} was made again in {folder}: {len(records)} nights, byte for byte as published, "
        f"in {seconds:.0f} seconds.\n",
        document,
    )


def restore_missing(configuration: Configuration, clock: Clock, tell: Tell) -> None:
    """Make again what a committed night must have and has not: its lists, and of the last one its facts.

    A stop between commit and rename leaves lists to be renamed only; a removal leaves them to be made from the vault.
    What cannot be made again as it was is said by `tell`, and nothing is put in its place: an old night that is gone
    must not keep tonight's children waiting.

    Raises:
        SafetyStop: the facts of the last night are gone and cannot be made again: no night can be done without them.
    """
    with locked(configuration):
        lists = PublishedLists(configuration.path("lists"))
        with opened(configuration, clock) as casebook:
            records = {record.night: record for record in casebook.nights()}
        missing = lists.recover({night: record.files for night, record in records.items()})
        ours = configuration.path("data") / "lake"
        last = max(records, default=None)
        facts = last and ours / records[last].generation
        if facts and facts.is_dir():
            facts = None
        if last is None or not (missing or facts):
            return
        again = configuration.path("data") / ".made-again"
        if again.exists():
            shutil.rmtree(again)
        tell(f"Gone, and made again: {', '.join(map(str, missing)) or f'the facts of {last}'}")
        report = rebuilt(configuration, last if facts else missing[-1], again, clock, lambda step: None)
        if facts:
            if last.isoformat() in report.document["differences"]:
                raise SafetyStop(
                    f"the facts of {last} ({facts}) are gone, and what the vault gives is not what was published then: "
                    "restore the data folder from the last backup"
                )
            [made] = (path for path in (again / "data" / "lake").iterdir() if path.is_dir())
            ours.mkdir(parents=True, exist_ok=True)
            made.rename(facts)
        for night in missing:
            made = Path(report.document["folder"]).parent / night.isoformat()
            (made / "night.json").write_text(records[night].document, "utf-8")
            if night.isoformat() in report.document["differences"] or not lists.put_back(
                night, made, records[night].files
            ):
                tell(f"The lists of {night} are gone, and cannot be made again as they were published.")
        shutil.rmtree(again)


def _enter(register: Register, after: date | None, again: Casebook) -> None:
    """What people wrote into the register of rules after a night was done, and before the next one was."""
    for proposal in register.proposals:
        if proposal.after_night == after:
            again.propose_rules(proposal)
    for approval in register.approvals:
        if approval.after_night == after:
            again.approve_rules(approval)


def _configuration_of(configuration: Configuration, texts: str, into: Path) -> Configuration:
    """A night's own configuration, with every path inside `into` and the secret where it is."""
    folder = into / "config"
    if folder.exists():
        shutil.rmtree(folder)
    told: Mapping[str, str] = json.loads(texts)
    for name, text in told.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    there = load(folder)
    secret = there.partnership.casebook_secret
    changes: dict[str, Any] = {
        "paths": there.partnership.paths.model_copy(update={"inbox": "inbox", "data": "data", "lists": "lists"}),
        "casebook": "sqlite:///casebook.db",
        "casebook_secret": str((configuration.root / secret).resolve()) if secret else None,
    }
    return replace(there, partnership=there.partnership.model_copy(update=changes))


def _hand_over(configuration: Configuration, there: Configuration, receipts: list[Receipt]) -> None:
    """Put receipts and their bytes into the other vault, by link where the disk allows it.

    Raises:
        SafetyStop: the vault's bytes are not those that were delivered.
    """
    for receipt in receipts:
        bytes_ = Vault(configuration.path("data") / "vault").path(receipt.sha256)
        if not bytes_.is_file() or sha256_of(bytes_)[0] != receipt.sha256:
            raise SafetyStop(
                f"the vault's bytes of receipt {receipt.sequence} ({receipt.agency}, taken in on {receipt.night}) are "
                f"not those that were delivered: restore {bytes_} from the last backup"
            )
    ours, theirs = configuration.path("data") / "vault", there.path("data") / "vault"
    names = [Path("receipts") / f"{receipt.sequence:08d}.json" for receipt in receipts]
    names += [Vault(Path()).path(receipt.sha256) for receipt in receipts]
    for name in names:
        if not (theirs / name).exists():
            (theirs / name).parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(ours / name, theirs / name)
            except OSError:
                shutil.copyfile(ours / name, theirs / name)


def _as_told(record: NightRecord) -> Taking:
    """A night's look into the inboxes, as it was told: what was taken has a receipt, what was not is in night.json."""
    untaken = {ExtractOutcome.DEFERRED.value, ExtractOutcome.ALREADY_LOADED.value}
    extracts = tuple(
        Extract(
            told["agency"], told["file"], told["sha256"], ExtractOutcome(told["outcome"]), note=told.get("note", "")
        )
        for told in json.loads(record.document)["extracts"]
        if told["outcome"] in untaken
    )

    def take(configuration: Configuration, vault: Vault, before: Generation, night: date, now: float) -> TakenIn:
        return TakenIn((), extracts, {})

    return take


def _compared(record: NightRecord, there: Configuration) -> list[str]:
    """The names of the files that are not as they were published."""
    folder = PublishedLists(there.path("lists")).path(record.night)
    with_hashes = PublishedLists.hashes(folder)
    names = sorted({*record.files, *with_hashes} - {"night.json"})
    wrong = [name for name in names if record.files.get(name) != with_hashes.get(name)]
    documents = [json.loads(record.document), json.loads((folder / "night.json").read_text("utf-8"))]
    for document in documents:
        for name in UNTOLD:
            document.pop(name)
    return [*wrong, *([] if documents[0] == documents[1] else ["night.json"])]
