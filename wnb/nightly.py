"""The night, step by step: the one module that knows every step, and reads as the list of them.

    take in ► lay in ► link, recode ► histories ► detect ► escalate ► publish

It commits in this order, so that a stop anywhere leaves yesterday's list standing and the next run finishes the night:
(1) vault and receipts, (2) a generation of the lake, (3) the lists in a hidden folder, hashed, (4) one transaction of
the casebook with the night, its moves and those hashes, (5) the rename.

Longer than most because it is all of the steps, and what a run and a rebuild share of them.
"""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from wnb import found, joining, ledger
from wnb.arrivals import TakenIn, take_in
from wnb.clinics import clinics
from wnb.compiled import compiled_kernels
from wnb.config import Configuration
from wnb.engines import local
from wnb.engines.engine import engine_of
from wnb.errors import CasebookMovedOn, Exit, LockHeld, UsageFault, WnbError
from wnb.escalate import Tonight, asked_about, decide, in_force
from wnb.facts import Facts, outstanding
from wnb.governed import Governed
from wnb.ingest.isolation import reader
from wnb.ingest.vault import Vault, write_whole
from wnb.intake import LaidIn, lay_in
from wnb.likely import likely, surely
from wnb.naming import name
from wnb.not_counted import set_aside_on
from wnb.one_child import ruled_on
from wnb.publishing import night_files
from wnb.rulebook import under_rules
from wnb.store.casebook import Casebook, NightRecord
from wnb.store.children import key_of
from wnb.store.lake import Generation, Lake
from wnb.store.published import PublishedLists
from wnb.summary import exit_of, summary
from wnb.working_days import is_working_day

Tell = Callable[[str], None]
FAILURE = "last-failure.json"
TRIES = 3  # a person may decide something while the night is at work; then its decisions are made again


@dataclass(frozen=True)
class Clock:
    """The only clock: read at the edge and handed in."""

    now: Callable[[], datetime]  # aware
    monotonic: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class Night:
    """A finished night."""

    night: date
    document: str  # night.json
    folder: Path
    exit: Exit
    fresh: bool  # False: it was finished before, and was only checked


def run(configuration: Configuration, as_of: date | None, clock: Clock, tell: Tell = lambda step: None) -> Night:
    """Do one night: `as_of`, or the oldest that is due. A finished night is checked and given again, never rewritten.

    Raises:
        LockHeld: another run is at work on this partnership.
        UsageFault: the night lies before the last one that was done, or none is due.
        SafetyStop: a count that must balance does not; nothing was published.
    """
    with locked(configuration), opened(configuration, clock) as casebook:
        lists = PublishedLists(configuration.path("lists"))
        done = {record.night: record for record in casebook.nights()}
        lists.recover({night: record.files for night, record in done.items()})
        night = as_of or _oldest_due(configuration, casebook, clock)
        if night in done:
            lists.check(night, done[night].files)
            document = done[night].document
            return Night(night, document, lists.path(night), exit_of(configuration, json.loads(document)), fresh=False)
        last = casebook.last_committed()
        if last and night < last:
            raise UsageFault(
                f"the night of {last} is done, and {night} lies before it: nights go forward. "
                f"To see {night} as it would have been: wnb rebuild {last} --into DIR"
            )
        try:
            return do(configuration, night, casebook, take_in, clock, tell)
        except Exception as wrong:
            _note_failure(configuration, night, clock, wrong)
            raise


Taking = Callable[[Configuration, Vault, Generation, date, float], TakenIn]
"""How a night comes by its receipts: `arrivals.take_in` looks into the inboxes; a rebuild has them already."""


@contextmanager
def locked(configuration: Configuration) -> Iterator[None]:
    """One run at a time on a partnership's data."""
    data = configuration.path("data")
    data.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(data / "run.lock", timeout=0):
            yield
    except Timeout:
        raise LockHeld(f"another run is at work on {data}; wait for it to end, then run this again") from None


def opened(configuration: Configuration, clock: Clock) -> Casebook:
    """The partnership's casebook; made when there is none."""
    return Casebook.open(
        configuration.partnership.casebook, configuration.root, key_of(configuration), when=clock.now()
    )


def waiting(configuration: Configuration, clock: Clock) -> list[date]:
    """The nights that are due and not done, oldest first."""
    with opened(configuration, clock) as casebook:
        return _due(configuration, casebook, clock)


def _due(configuration: Configuration, casebook: Casebook, clock: Clock) -> list[date]:
    here = clock.now().astimezone(ZoneInfo(configuration.partnership.timezone))
    return ledger.due(casebook.last_committed(), here, configuration.partnership.nightly_at)


def _oldest_due(configuration: Configuration, casebook: Casebook, clock: Clock) -> date:
    nights = _due(configuration, casebook, clock)
    if not nights:
        raise UsageFault(
            f"no night is due: {casebook.last_committed()} is done, and the next begins at "
            f"{configuration.partnership.nightly_at}. To see a finished night again: wnb run --as-of DATE"
        )
    return nights[0]


def do(configuration: Configuration, night: date, casebook: Casebook, take: Taking, clock: Clock, tell: Tell) -> Night:
    """The steps of one night that has not been done, in order; the lake is written beside them."""
    reader().start()  # it loads what it needs while inboxes are looked into
    register = casebook.rules_register()
    ruled = under_rules(configuration, casebook, night, register)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="lake") as beside:
        return _steps(ruled, register.entries, night, casebook, take, clock, tell, beside)


def _steps(
    ruled: Governed,
    register_entries: int,
    night: date,
    casebook: Casebook,
    take: Taking,
    clock: Clock,
    tell: Tell,
    beside: ThreadPoolExecutor,
) -> Night:
    configuration = ruled.configuration
    engine = engine_of(configuration)
    lists = PublishedLists(configuration.path("lists"))
    watch = _Stopwatch(clock, tell)
    run_id = uuid4().hex
    vault, lake = Vault(configuration.path("data") / "vault"), Lake(configuration.path("data") / "lake")
    last = casebook.last_committed()
    record = casebook.night(last) if last else None
    lake.keep_only({record.generation} if record else set())
    before = lake.open(record.generation if record else "")

    beside.submit(_load_ahead, night, engine is local)
    with watch("ingest", "Taking in what agencies sent"):
        taken = take(configuration, vault, before, night, clock.now().timestamp())
        laid = lay_in(configuration, vault, before, night, taken)
    with engine.at_work():
        with watch("link", "Linking records and recoding"):
            new = frozenset(a for a in laid.agencies if laid.agencies[a].first_night == night)
            aside = set_aside_on(night, casebook.set_aside(), last)
            decided = ruled_on(night, casebook.link_decisions())
            sure = surely(configuration, laid.facts, before, laid.origins, night, decided, engine.alike)
            joined = joining.join(
                configuration, laid.facts, laid.origins, before, new, before.last_sequence, night, aside, decided, sure
            )
        with watch("likely", "Looking for who may be one child"):
            ruled_before = ruled_on(last, casebook.link_decisions()) if last else decided
            as_before = (
                record is not None
                and record.config_sha256 == configuration.sha256
                and [each.number for each in ruled_before.decisions] == [each.number for each in decided.decisions]
                and sure == before.by_likeness
            )
            touched = joined.touched if as_before else None
            may_be = likely(configuration, laid.facts, joined.linked, touched, before, night, engine.alike)
        after = Generation(
            name=f"{night}-{run_id}",
            last_sequence=laid.last_sequence,
            facts=laid.facts,
            decided=joined.decided,
            identities=joined.identities,
            agencies=laid.agencies,
            profiles=may_be.profiles,
            likely=may_be.pairs,
            by_likeness=sure,
        )
        writing = beside.submit(lake.write, after, before)
        with watch("detect", "Looking for patterns"):
            passes = engine.passes(configuration, laid.facts, joined, night)
            spiking = clinics(configuration, laid.facts, joined, night)
            left = found.without_spikes(configuration, passes, spiking, night)
    for _ in range(TRIES):
        with watch("escalate", "Deciding what opens, grows and waits"):
            found_or_doubtful = {*found.children_found(passes), *joined.linked.doubtful}
            named = name(configuration, casebook.identities(), joined, found_or_doubtful)
            proof = found.Appointments.of(joined, laid.facts, found.rows_found(passes))
            known, at_risk = _first_nights(laid), found.at_risk_on(joined, night)
            met = tuple(found.for_desks(configuration, passes, named.ids, proof, known, spiking, left, at_risk))
            cases = casebook.cases()
            rules = in_force(configuration.rules, night)
            decisions = decide(
                Tonight(
                    night=night,
                    findings=met,
                    cases=cases,
                    listed=casebook.listed(),
                    days={step: work.days for step, work in configuration.casework.steps.items()},
                    backlog_a_week=configuration.partnership.start.backlog_a_week,
                    in_force=rules,
                    evidence=found.still_held(configuration, joined, laid.facts, asked_about(cases, met, named.split)),
                    merged=named.merged,
                    split=named.split,
                    whose=found.whose(joined, laid.facts, cases, named.split, named.ids),
                )
            )
        with watch("publish", "Making the lists"):
            facts = Facts(
                configuration, night, laid.facts, laid.agencies, joined, named.numbers, laid.extracts,
                outstanding(joined, night), aside.reasons, decided, may_be.pairs,
            )  # fmt: skip
            shared = joining.shareable(configuration, laid.facts, joined)
            findings = found.table(passes, named.ids, proof, shared, configuration.rules.version, night)
            set_aside = sum(one.households_set_aside for one in passes)
            document = summary(facts, findings, decisions, run_id, ruled.alarms, set_aside)
            files = night_files(facts, decisions, laid.quarantined, document["alarms"])
        with watch("lake", "Keeping the facts"):
            writing.result()  # the facts are kept before any list is written
        document["seconds"] = watch.seconds
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        hashes = lists.write_hidden(
            night, {**files, "findings.parquet": _parquet(findings), "night.json": text.encode()}
        )
        try:
            casebook.commit_night(
                NightRecord(
                    night, run_id, clock.now(), configuration.sha256, configuration.rules.version, after.name,
                    text, hashes,
                ),
                decisions,
                named.to_store,
                configuration.as_json(),
                named.parted,
                register_entries,
            )  # fmt: skip
            break
        except CasebookMovedOn:
            tell("A person decided something meanwhile: making the decisions again")
    else:
        raise CasebookMovedOn("people kept deciding while the night was at work; run it again in a quiet minute")
    folder = lists.reveal(night)
    lake.keep_only({after.name})
    (configuration.path("data") / FAILURE).unlink(missing_ok=True)
    return Night(night, text, folder, exit_of(configuration, document), fresh=True)


def _load_ahead(night: date, kernels: bool) -> None:
    """What is needed once extracts are read, loaded while the reader's child is at work; a fault shows where it is."""
    is_working_day(night)  # the year's bank holidays
    if kernels:
        compiled_kernels()


def failure_of(configuration: Configuration) -> dict[str, str] | None:
    """The last night that failed, when, and why in words; None when the last run ended well."""
    path = configuration.path("data") / FAILURE
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else None


def _note_failure(configuration: Configuration, night: date, clock: Clock, wrong: Exception) -> None:
    """Remember a failed night for `wnb status`. Only our own errors are quoted: others may hold a child's data."""
    words = str(wrong) if isinstance(wrong, WnbError) else type(wrong).__name__
    told = {"night": night.isoformat(), "at": clock.now().isoformat(timespec="seconds"), "words": words}
    write_whole(configuration.path("data") / FAILURE, json.dumps(told, indent=1).encode())


class _Stopwatch:
    """Seconds a step, for `night.json`; and the step's name, for whoever watches."""

    def __init__(self, clock: Clock, tell: Tell) -> None:
        self._clock, self._tell = clock, tell
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str, words: str) -> Iterator[None]:
        self._tell(words)
        began = self._clock.monotonic()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0.0) + self._clock.monotonic() - began, 3)


def _first_nights(laid: LaidIn) -> dict[str, date]:
    return {agency: state.first_night for agency, state in laid.agencies.items() if state.first_night}


def _parquet(findings: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(findings, sink, compression="zstd")
    return bytes(sink.getvalue())
