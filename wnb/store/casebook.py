"""The casebook's door: what people decided, the ledger of nights, the names of children; no change without its audit.

Longer than most because it is the whole of what the night, the commands and the pages may ask of the casebook. Every
change goes through `_changing`, which refuses to commit a change that has no audit entry beside it.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Engine, event, func, insert, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import ORMExecuteState, Session

from wnb.cases import PARTNERSHIP, Case, Decision, Move, decided
from wnb.casework import ClosingReason
from wnb.errors import CasebookMovedOn, SafetyStop, UsageFault
from wnb.escalate import Decisions, Exit, Listed
from wnb.governed import Approval, Proposal, Register
from wnb.not_counted import SettingAside
from wnb.one_child import LinkDecision, Side
from wnb.store.audit import MACHINE, AuditReport, Chain, verify
from wnb.store.children import Stored, fingerprint
from wnb.store.database import LOOK, bring_up_to_date, check_current, connect, resolved
from wnb.store.filing import difference, read_cases, write_cases
from wnb.store.linking import keep_link_decision, read_link_decisions
from wnb.store.models import (
    ActionRow,
    AuditRow,
    CaseRow,
    ConfigurationRow,
    DecisionRow,
    IdentityRow,
    ListingRow,
    MergeRow,
    MetaRow,
    NightRow,
)
from wnb.store.register import keep_approval, keep_proposal, read_register
from wnb.store.setting_aside import keep_set_aside, read_set_aside
from wnb.terms import ExitReason


def _other_keys(decision: LinkDecision, of_child: Mapping[str, Sequence[str]]) -> tuple[Side, Side]:
    """Of each child that a decision names, the keys that are stored for it alone."""
    one, other = (set(of_child.get(child, ())) for child in decision.children)
    named = set(decision.keys)
    return tuple(sorted(one - other - named)), tuple(sorted(other - one - named))


@dataclass(frozen=True)
class NightRecord:
    """One committed night."""

    night: date
    run_id: str
    committed_at: datetime  # aware
    config_sha256: str
    rules_version: str
    generation: str  # of the lake
    document: str  # night.json, to the byte
    files: Mapping[str, str]  # published file, relative to the night's folder -> SHA-256


@dataclass(frozen=True)
class AuditEntry:
    """One line of the audit, as a person reads it."""

    sequence: int
    at: datetime
    night: date | None
    actor: str
    what: str
    phrase: str
    case: int | None


@dataclass
class _Change:
    """One transaction: its session and the end of the audit's chain."""

    session: Session
    audit: Chain
    wrote: bool = False


DISMISSED = "dismissed"


@dataclass(frozen=True)
class Dismissal:
    """That a person dismissed a file that waits. It lives in the audit alone: nothing that a night does hangs on it."""

    by: str
    at: datetime
    reason: str


class Casebook:
    """People's decisions and the promises made to them. Open it with `Casebook.open`; close it, or use `with`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str, root: Path, key: bytes | None = None, when: datetime | None = None) -> Self:
        """The casebook at `url`; made when there is none. A relative SQLite path starts at `root`.

        Args:
            url: SQLAlchemy's; SQLite or PostgreSQL.
            root: the folder that holds `config/`.
            key: the key of child ids (`wnb.store.children.key_of`); its fingerprint is kept the first time.
            when: now, aware: the day a new casebook was made.

        Raises:
            CasebookOutOfDate: it was made by another version; the message says the command.
            UsageFault: the URL is wrong, the database cannot be reached, or `key` did not make its child ids.
        """
        engine = connect(resolved(url, root))
        try:
            if not check_current(engine):
                bring_up_to_date(engine)
            casebook = cls(engine)
            casebook._recognise(key, when or datetime.now(UTC))
        except DatabaseError as wrong:
            engine.dispose()
            raise UsageFault(f"casebook: the database cannot be opened ({type(wrong.orig).__name__})") from None
        except BaseException:
            engine.dispose()
            raise
        return casebook

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------ looking

    def cases(self, child_id: str | None = None) -> tuple[Case, ...]:
        """All cases, closed ones too, by id; or one child's."""
        with self._looking() as session:
            if child_id is None:
                return read_cases(session)
            wanted = select(CaseRow.id).where(CaseRow.child_id == child_id)
            return read_cases(session, tuple(session.scalars(wanted)))

    def case(self, number: int) -> Case | None:
        """One case; None when there is none of that number."""
        with self._looking() as session:
            found = read_cases(session, [number])
            return found[0] if found else None

    def identities(self) -> dict[str, Stored]:
        """Every stored identity key -> its child, merges followed."""
        with self._looking() as session:
            survivors = _survivors(session)
            rows = session.execute(select(IdentityRow.identity_key, IdentityRow.child_id, IdentityRow.first_night))
            listed = set(session.scalars(select(CaseRow.child_id).distinct()))
            return {key: Stored(_follow(survivors, child), first, child, child in listed) for key, child, first in rows}

    def child_ids(self, keys: Collection[str]) -> dict[str, str]:
        """The stored ones among some identity keys -> their child, merges followed."""
        stored = self.identities()
        return {key: stored[key].child_id for key in keys if key in stored}

    def current_id(self, child_id: str) -> str:
        """The id that stands for `child_id` now: itself, or the one it was merged into."""
        with self._looking() as session:
            return _follow(_survivors(session), child_id)

    def former_ids(self, child_id: str) -> frozenset[str]:
        """The ids that were given up because they proved to be this child's."""
        with self._looking() as session:
            survivors = _survivors(session)
            return frozenset(old for old in survivors if _follow(survivors, old) == child_id)

    def listed(self) -> frozenset[Listed]:
        """Who is on each desk's list, and on its sheet "before we began", as of the last committed night."""
        with self._looking() as session:
            rows = session.execute(
                select(ListingRow.desk, ListingRow.child_id, ListingRow.waiting).where(ListingRow.left_on.is_(None))
            )
            return frozenset(Listed(desk, child, waiting) for desk, child, waiting in rows)

    def exits(self, night: date) -> tuple[Exit, ...]:
        """Who left which list on a night, and why."""
        with self._looking() as session:
            rows = session.scalars(select(ListingRow).where(ListingRow.left_on == night, ListingRow.exit.is_not(None)))
            return tuple(sorted(Exit(r.desk, r.child_id, ExitReason(r.exit), r.waiting) for r in rows if r.exit))

    def nights(self) -> tuple[NightRecord, ...]:
        """The ledger, oldest first."""
        with self._looking() as session:
            return tuple(_record(row) for row in session.scalars(select(NightRow).order_by(NightRow.night)))

    def night(self, night: date) -> NightRecord | None:
        """One committed night; None when it was not."""
        with self._looking() as session:
            row = session.get(NightRow, night)
            return _record(row) if row else None

    def last_committed(self) -> date | None:
        """The last committed night."""
        with self._looking() as session:
            return session.scalar(select(func.max(NightRow.night)))

    def configuration(self, config_sha256: str) -> str:
        """The configuration a night used, whole, as it was given to `commit_night`."""
        with self._looking() as session:
            return session.get_one(ConfigurationRow, config_sha256).document

    def linkage(self, config_sha256: str) -> str | None:
        """The model by which a night asked who may be one child; None where it did not keep one."""
        told: dict[str, str] = json.loads(self.configuration(config_sha256))
        return told.get("linkage.json")

    def configurations(self) -> dict[str, str]:
        """Every configuration that a night used -> the whole of it, as `commit_night` was given it; by its hash."""
        with self._looking() as session:
            return dict(session.execute(select(ConfigurationRow.sha256, ConfigurationRow.document)).all())

    def rules_register(self) -> Register:
        """Every version of the rules that was proposed, and every approval."""
        with self._looking() as session:
            return read_register(session)

    def set_aside(self) -> tuple[SettingAside, ...]:
        """Every appointment that people set aside, or count again, in the order in which they said so."""
        with self._looking() as session:
            return read_set_aside(session)

    def link_decisions(self) -> tuple[LinkDecision, ...]:
        """What people decided of whether two children are one, in the order in which they did."""
        with self._looking() as session:
            rows = session.execute(select(IdentityRow.child_id, IdentityRow.identity_key))
            of_child: dict[str, list[str]] = {}
            for child, key in sorted((child, key) for child, key in rows):
                of_child.setdefault(child, []).append(key)
            return tuple(replace(each, others=_other_keys(each, of_child)) for each in read_link_decisions(session))

    def decisions(self, after_night: date | None = None) -> tuple[Decision, ...]:
        """What people decided, in order; with a night, after it was committed and before the next one was.

        To make past nights again in a fresh casebook: commit night N, `decide` each of these for N, then night N+1.
        """
        with self._looking() as session:
            wanted = select(DecisionRow).order_by(DecisionRow.id)
            if after_night is not None:
                wanted = wanted.where(DecisionRow.after_night == after_night)
            return tuple(
                Decision(Move(row.move), row.case_id, row.made_by, row.made_at, row.details, row.after_night)
                for row in session.scalars(wanted)
            )

    def audit(self, case: int | None = None) -> tuple[AuditEntry, ...]:
        """The audit in order, or that of one case."""
        with self._looking() as session:
            wanted = select(AuditRow).order_by(AuditRow.sequence)
            if case is not None:
                wanted = wanted.where(AuditRow.case_id == case)
            return tuple(
                AuditEntry(row.sequence, row.at, row.night, row.actor, row.what, row.phrase, row.case_id)
                for row in session.scalars(wanted)
            )

    def verify_audit(self) -> AuditReport:
        """Whether every entry is as it was written, and none is missing."""
        with self._looking() as session:
            return verify(session)

    def has_action(self, sha256: str) -> bool:
        """Whether this very row of a worksheet was taken in before."""
        with self._looking() as session:
            return session.get(ActionRow, sha256) is not None

    # ------------------------------------------------------------ the night

    def commit_night(
        self,
        record: NightRecord,
        decisions: Decisions,
        identities: Mapping[str, str],
        configuration: str,
        parted: Collection[str] = (),
        register_entries: int | None = None,
    ) -> None:
        """One night, whole: its moves, lists, exits, children's names and ledger line in one transaction.

        Args:
            record: the night's line in the ledger, with the hashes of the files that are about to appear.
            decisions: what `wnb.escalate.decide` made of the cases read from this casebook.
            identities: identity key -> child id, for every child that must keep its id from now on.
            configuration: the whole configuration as JSON; kept once by `record.config_sha256`.
            parted: identity keys that go to another child than they were stored for (`name_children`).
            register_entries: how many entries the register of rules had when the night chose its rules by it.

        Raises:
            CasebookMovedOn: a person decided after the night had read the cases; make its decisions and lists again.
            SafetyStop: the night is not after the last one, or an identity key would change its child.
        """
        with self._changing(record.committed_at, MACHINE, record.night) as change:
            session, audit = change.session, change.audit
            last = session.scalar(select(func.max(NightRow.night)))
            if decisions.night != record.night or (last is not None and record.night <= last):
                raise SafetyStop(f"the night of {record.night} cannot be committed after that of {last}")
            if decisions.read != tuple(session.execute(select(CaseRow.id, CaseRow.version).order_by(CaseRow.id))):
                raise CasebookMovedOn("a person decided something while the night was at work; run the night again")
            if register_entries not in (None, read_register(session).entries):
                raise CasebookMovedOn("the register of rules changed while the night was at work; run the night again")
            if session.get(ConfigurationRow, record.config_sha256) is None:
                session.add(ConfigurationRow(sha256=record.config_sha256, document=configuration))
            for old, survivor in sorted(decisions.merged.items()):
                session.add(MergeRow(child_id=old, survivor=survivor, night=record.night))
                audit.add("merged", f"{old} is one child with {survivor}", after={"child_id": survivor})
            session.flush()
            _keep_identities(session, audit, identities, frozenset(parted), record.night)
            first: dict[int, Case | None] = {}
            for made in decisions.moves:
                first.setdefault(made.after.id, made.before)
                before, after = difference(made.before, made.after)
                audit.add(made.move.value, made.phrase, made.after.id, before, after)
            after_all = {case.id: case for case in decisions.cases}
            write_cases(session, [(first[number], after_all[number]) for number in sorted(first)], record.night)
            _keep_listings(session, decisions, record.night)
            audit.add(
                "committed",
                f"Committed the night of {record.night}",
                after={
                    "run_id": record.run_id,
                    "document": hashlib.sha256(record.document.encode()).hexdigest(),
                    "files": dict(sorted(record.files.items())),
                    "exits": [[left.desk, left.child_id, left.reason.value] for left in decisions.exits],
                },
            )
            session.add(
                NightRow(
                    night=record.night,
                    run_id=record.run_id,
                    committed_at=record.committed_at,
                    config_sha256=record.config_sha256,
                    rules_version=record.rules_version,
                    generation=record.generation,
                    document=record.document,
                    files=dict(sorted(record.files.items())),
                    last_audit=audit.sequence,
                    audit_hash=audit.head,
                )
            )

    # ------------------------------------------------------------ people

    def close_case(
        self, child_id: str, reason: ClosingReason, by: str, when: datetime, note: str = "", desk: str | None = None
    ) -> Case:
        """Close a child's case: the only way off a list, and a person's.

        Args:
            child_id: the child; an id that was merged stands for the one it was merged into.
            reason: of `casework.yaml`; it says which exit this is.
            by: who decides.
            when: now, aware.
            note: why, in the person's words; kept with the decision, and in the audit only as a hash.
            desk: whose case; left out, the partnership's, or the only one there is.

        Raises:
            UsageFault: there is no such open case, there are several and none is the partnership's, or nobody decides.
        """
        case = self._live_case(self.current_id(child_id), desk)
        details = {"reason": reason.id, "exit": reason.exit.value, "note": note}
        return self.decide(Decision(Move.CLOSED, case.id, by, when, details))

    def decide(self, decision: Decision) -> Case:
        """Make a person's move, keep it for rebuilding past nights, and write its audit entry; the case as it stands.

        Raises:
            UsageFault: the move is not a person's, not possible for this case as it stands, or nobody makes it.
        """
        if not decision.by.strip():
            raise UsageFault("a decision needs the name of the person who makes it: --by NAME")
        with self._changing(decision.at, decision.by, None) as change:
            session = change.session
            found = read_cases(session, [decision.case])
            after_night = session.scalar(select(func.max(NightRow.night)))
            if not found or after_night is None:
                raise UsageFault(f"there is no case {decision.case}")
            made = decided(found[0], decision)
            number = (session.scalar(select(func.max(DecisionRow.id))) or 0) + 1
            details = dict(decision.details)
            row = DecisionRow(
                id=number,
                move=decision.move.value,
                case_id=decision.case,
                made_by=decision.by,
                made_at=decision.at,
                after_night=after_night,
                details=details,
            )
            session.add(row)
            session.flush()
            write_cases(session, [(made.before, made.after)], after_night)
            if keep := KEPT_BESIDE.get(decision.move):
                keep(session, row)
            before, after = difference(made.before, made.after)
            after |= {"decision": number, "details": _digest(details)}
            change.audit.add(decision.move.value, made.phrase, decision.case, before, after)
            return made.after

    def propose_rules(self, proposal: Proposal) -> None:
        """Keep a version of the rules that somebody proposes; UsageFault as `keep_proposal` says."""
        with self._changing(proposal.at, proposal.by, None) as change:
            keep_proposal(change.session, change.audit, proposal)

    def approve_rules(self, approval: Approval) -> None:
        """Keep that another person agreed a version; UsageFault as `keep_approval` says."""
        with self._changing(approval.at, approval.by, None) as change:
            keep_approval(change.session, change.audit, approval)

    def keep_set_aside(self, entry: SettingAside) -> None:
        """Keep that an appointment is set aside or counts again; UsageFault as `setting_aside.keep_set_aside` says."""
        with self._changing(entry.at, entry.by, None) as change:
            keep_set_aside(change.session, change.audit, entry)

    def keep_link_decision(self, decision: LinkDecision, although_they_differ: bool = False) -> None:
        """Keep whether two children are one; UsageFault as `linking.keep_link_decision` says."""
        with self._changing(decision.at, decision.by, None) as change:
            keep_link_decision(change.session, change.audit, decision, although_they_differ)

    def record_look(self, what: str, by: str, when: datetime, child_id: str) -> None:
        """Write down that somebody looked at a child by a command or a page (`what`: "explain", "chronology")."""
        with self._changing(when, by, None) as change:
            change.audit.add("looked", f"Looked at {child_id} by {what}", after={"child_id": child_id, "by": what})

    def record_whatif(self, draft: str, by: str, when: datetime, children: int) -> None:
        """Write down that somebody tried other rules and was given the ids of the children whom they concern."""
        with self._changing(when, by, None) as change:
            words = f"Tried the rules {draft} over past nights; the ids of {children} children were written to a file"
            change.audit.add("whatif", words, after={"rules": draft, "children": children})

    def record_dismissal(self, by: str, when: datetime, agency: str, file: str, receipt: int, reason: str) -> None:
        """Write down that somebody dismissed a file that waits, for a reason; or (none) that it is named again."""
        words = f"Dismissed {file} of {agency}: {reason}" if reason else f"Named {file} of {agency} again"
        with self._changing(when, by, None) as change:
            after = {"agency": agency, "file": file, "receipt": receipt, "reason": reason}
            change.audit.add(DISMISSED, words, after=after)

    def dismissals(self) -> dict[int, Dismissal]:
        """By number of receipt, who dismissed a file that waits, when and why; none that was named again."""
        with self._looking() as session:
            wanted = select(AuditRow).where(AuditRow.what == DISMISSED).order_by(AuditRow.sequence)
            last = {
                row.after["receipt"]: Dismissal(row.actor, row.at, row.after["reason"])
                for row in session.scalars(wanted)
            }
        return {receipt: said for receipt, said in last.items() if said.reason}

    def _live_case(self, child_id: str, desk: str | None) -> Case:
        live = [case for case in self.cases(child_id) if case.live and desk in (None, case.desk)]
        where = f" on the desk of {desk}" if desk else ""
        if not live:
            raise UsageFault(f"{child_id} has no open case{where}; `wnb explain {child_id}` says why")
        chosen = [case for case in live if case.desk == PARTNERSHIP] or live
        if len(chosen) > 1:
            desks = ", ".join(sorted(case.desk for case in chosen))
            raise UsageFault(f"{child_id} has open cases on several desks ({desks}); say which with --desk")
        return chosen[0]

    # ------------------------------------------------------------ transactions

    @contextmanager
    def _looking(self) -> Iterator[Session]:
        with Session(self._engine.execution_options(**LOOK)) as session:
            yield session

    @contextmanager
    def _changing(self, at: datetime, actor: str, night: date | None) -> Iterator[_Change]:
        """One transaction. It commits whole, and only if what it changed has audit entries beside it."""
        with Session(self._engine) as session:
            if self._engine.dialect.name == "postgresql":  # SQLite has one writer at a time already
                session.execute(text("LOCK TABLE audit IN EXCLUSIVE MODE"))
            change = _Change(session, Chain(session, at, actor, night))

            def note_what_is_written(flushed: Session, *_: object) -> None:
                if any(not isinstance(row, AuditRow) for row in (*flushed.new, *flushed.dirty, *flushed.deleted)):
                    change.wrote = True

            def note_what_is_done(done: ORMExecuteState) -> None:  # many rows at once come to no flush
                if not (done.is_select or (done.bind_mapper and done.bind_mapper.class_ is AuditRow)):
                    change.wrote = True

            event.listen(session, "before_flush", note_what_is_written)
            event.listen(session, "do_orm_execute", note_what_is_done)
            try:
                yield change
                session.flush()
                change.audit.keep()
                if change.wrote and not change.audit.added:
                    raise SafetyStop("a change to the casebook came without its audit entry; nothing was changed")
                session.commit()
            except IntegrityError as wrong:  # its text holds the row's values: never shown
                raise SafetyStop(
                    f"the casebook refused a row that breaks its rules ({type(wrong.orig).__name__})"
                ) from None

    def _recognise(self, key: bytes | None, when: datetime) -> None:
        with self._looking() as session:
            known = {row.name: row.value for row in session.scalars(select(MetaRow))}
        print_of_key = fingerprint(key) if key is not None else None
        if print_of_key and known.get("key", print_of_key) != print_of_key:
            raise UsageFault(
                "casebook_secret: this is not the key that made this casebook's child ids; with it every child would "
                "get another id\n    Put back the key's file (or its absence, if it was made with the practice key)."
            )
        wanted = {"created": when.isoformat()} | ({"key": print_of_key} if print_of_key else {})
        if wanted.keys() <= known.keys():
            return
        with self._changing(when, MACHINE, None) as change:
            there = set(change.session.scalars(select(MetaRow.name)))  # another process may have begun it meanwhile
            fresh = {name: value for name, value in wanted.items() if name not in there}
            change.session.add_all(MetaRow(name=name, value=value) for name, value in fresh.items())
            if fresh:
                change.audit.add("began", f"Began: {', '.join(sorted(fresh))}", after=fresh)


def _keep_action(session: Session, decision: DecisionRow) -> None:
    details = decision.details
    session.add(
        ActionRow(
            sha256=details["sha256"],
            case_id=decision.case_id,
            case_version=details["case_version"],
            decision_id=decision.id,
            written=details["written"],
        )
    )
    session.flush()


KEPT_BESIDE: Mapping[Move, Callable[[Session, DecisionRow], None]] = {Move.ACTED: _keep_action}
"""What some moves of people's leave in a table of their own, beside the case and the decision."""


def _record(row: NightRow) -> NightRecord:
    return NightRecord(
        night=row.night,
        run_id=row.run_id,
        committed_at=row.committed_at,
        config_sha256=row.config_sha256,
        rules_version=row.rules_version,
        generation=row.generation,
        document=row.document,
        files=row.files,
    )


def _digest(details: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(details, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _survivors(session: Session) -> dict[str, str]:
    return dict(session.execute(select(MergeRow.child_id, MergeRow.survivor)).all())


def _follow(survivors: Mapping[str, str], child: str) -> str:
    seen = set()
    while child in survivors and child not in seen:
        seen.add(child)
        child = survivors[child]
    return child


def _keep_identities(
    session: Session, audit: Chain, identities: Mapping[str, str], parted: frozenset[str], night: date
) -> None:
    for back in sorted(set(identities.values()) & _survivors(session).keys()):  # who was joined is a child again
        given_up = session.get_one(MergeRow, back)
        audit.add(
            "parted", f"{back} and {given_up.survivor} are two children again", before={"child_id": given_up.survivor}
        )
        session.delete(given_up)
    session.flush()
    survivors = _survivors(session)
    known = {row.identity_key: row for row in session.scalars(select(IdentityRow))}
    new = [key for key in sorted(identities) if key not in known]
    moved = [
        key for key in sorted(identities) if key in known and _follow(survivors, known[key].child_id) != identities[key]
    ]
    if wrong := len(set(moved) - parted):
        raise SafetyStop(
            f"{wrong} identity keys are stored for another child than tonight's: a stored child id is kept"
        )
    for key in moved:
        before = known[key].child_id
        known[key].child_id, known[key].first_night = identities[key], night
        audit.add("parted", f"An identity key went from {before} to {identities[key]}: they are two children")
    if new:
        rows = [{"identity_key": key, "child_id": identities[key], "first_night": night} for key in new]
        session.execute(insert(IdentityRow), rows)
        children = sorted({identities[key] for key in new})
        audit.add("named", f"Kept {len(new)} identity keys of {len(children)} children", after={"children": children})
    session.flush()


def _keep_listings(session: Session, decisions: Decisions, night: date) -> None:
    current = session.scalars(select(ListingRow).where(ListingRow.left_on.is_(None)))
    rows = {Listed(row.desk, row.child_id, row.waiting): row for row in current}
    exits = {Listed(left.desk, left.child_id, left.waiting): left.reason for left in decisions.exits}
    for place in sorted(rows.keys() - decisions.listed):
        rows[place].left_on = night
        rows[place].exit = exits[place].value if place in exits else None
    number = session.scalar(select(func.max(ListingRow.id))) or 0
    new = [
        {"id": k, "desk": place.desk, "child_id": place.child_id, "waiting": place.waiting, "entered_on": night}
        for k, place in enumerate(sorted(decisions.listed - rows.keys()), number + 1)
    ]
    session.flush()
    if new:
        session.execute(insert(ListingRow), new)
