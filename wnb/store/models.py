"""The casebook's tables as typed models: what people decided, and promises to keep. Plain SQL types on every database.

Ids of cases, decisions and audit entries are numbers that the casebook counts itself, so that a night made again has
the same ones. `wnb/store/migrations` makes these tables; a test holds the two to be the same.
Longer than most because it is one table of tables.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, kept as UTC and read back aware: SQLite would drop the zone, PostgreSQL would turn it."""

    impl = DateTime(timezone=False)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses a time without a zone: it could be any moment of a day."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment in the casebook needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment, aware, in UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """All tables; constraints have names, so that a migration can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {str: Text, datetime: UtcDateTime, date: Date, bool: Boolean, int: Integer}  # noqa: RUF012


class MetaRow(Base):
    """What the casebook knows of itself: when it was made, and the fingerprint of the key that makes child ids."""

    __tablename__ = "meta"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str]


class ConfigurationRow(Base):
    """A configuration that a night used, whole."""

    __tablename__ = "configurations"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    document: Mapped[str]


class NightRow(Base):
    """One committed night: the ledger."""

    __tablename__ = "nights"

    night: Mapped[date] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(String(64))
    committed_at: Mapped[datetime]
    config_sha256: Mapped[str] = mapped_column(ForeignKey("configurations.sha256"))
    rules_version: Mapped[str]
    generation: Mapped[str]
    document: Mapped[str]  # night.json, to the byte
    files: Mapped[dict[str, str]] = mapped_column(JSON)  # published file -> SHA-256
    last_audit: Mapped[int]  # the audit as it stood: its tail cannot be cut off unseen
    audit_hash: Mapped[str] = mapped_column(String(64))


class IdentityRow(Base):
    """An identity key and the child it stands for: once stored, it wins for ever."""

    __tablename__ = "identities"

    identity_key: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str] = mapped_column(String(64), index=True)
    first_night: Mapped[date]


class MergeRow(Base):
    """A child id given up because two children proved to be one."""

    __tablename__ = "merged_children"

    child_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    survivor: Mapped[str] = mapped_column(String(64))
    night: Mapped[date]


class CaseRow(Base):
    """One child on one desk."""

    __tablename__ = "cases"
    __table_args__ = (
        Index(
            "ix_cases_live",
            "child_id",
            "desk",
            unique=True,
            sqlite_where=text("state IN ('open', 'waiting', 'held')"),
            postgresql_where=text("state IN ('open', 'waiting', 'held')"),
        ),
        CheckConstraint("state IN ('open', 'waiting', 'held', 'closed', 'joined')", name="state"),
        CheckConstraint("state <> 'closed' OR closed_by IS NOT NULL", name="closed_by_a_person"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    child_id: Mapped[str] = mapped_column(String(64))
    desk: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(16))
    step: Mapped[str] = mapped_column(String(16))
    opened_on: Mapped[date]
    since: Mapped[date]
    due: Mapped[date | None]
    version: Mapped[int]
    at_risk: Mapped[bool]
    queue_number: Mapped[int | None]
    queue_from: Mapped[date | None]
    follows: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    joined_into: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    closed_reason: Mapped[str | None]
    closed_exit: Mapped[str | None] = mapped_column(String(32))
    closed_by: Mapped[str | None]
    closed_at: Mapped[datetime | None]


class CaseRuleRow(Base):
    """The last account that a rule gave of a case."""

    __tablename__ = "case_rules"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    rule_version: Mapped[str]
    settings: Mapped[str] = mapped_column(String(64))
    step: Mapped[str] = mapped_column(String(16))
    title: Mapped[str]
    source: Mapped[str]
    sentence: Mapped[str]
    first_met_on: Mapped[date]
    last_met_on: Mapped[date]
    count: Mapped[int]
    evidence: Mapped[list[list[str]]] = mapped_column(JSON)  # [agency/appointment_id, day], in order
    late: Mapped[bool]
    unmet: Mapped[str | None] = mapped_column(String(32))


class CaseEvidenceRow(Base):
    """An appointment that a case rests on, or ever did."""

    __tablename__ = "case_evidence"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    added_on: Mapped[date]


class ListingRow(Base):
    """From which night to which a child was on a desk's list, and by which exit it left."""

    __tablename__ = "listings"
    __table_args__ = (Index("ix_listings_now", "desk", "child_id", "waiting", "left_on"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    desk: Mapped[str] = mapped_column(String(100))
    child_id: Mapped[str] = mapped_column(String(64))
    waiting: Mapped[bool]
    entered_on: Mapped[date]
    left_on: Mapped[date | None]
    exit: Mapped[str | None] = mapped_column(String(32))  # None with a date: went from the sheet to the list


class DecisionRow(Base):
    """What a person decided, whole, and the last night committed before it: a rebuild makes it again."""

    __tablename__ = "decisions"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    move: Mapped[str] = mapped_column(String(32))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    after_night: Mapped[date] = mapped_column(index=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)


class ActionRow(Base):
    """One row of a worksheet that a person filled in, as it was taken in; never changed."""

    __tablename__ = "actions"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)  # of case, version and all that was written
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    case_version: Mapped[int]
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"))
    written: Mapped[dict[str, str]] = mapped_column(JSON)  # column -> what was written, dates as ISO


class RulesProposalRow(Base):
    """A version of the rules that somebody proposed, whole; never changed or removed."""

    __tablename__ = "rules_proposals"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str] = mapped_column(String(64))  # of its meaning
    document: Mapped[str]  # the YAML, as it was written
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    reason: Mapped[str]
    after_night: Mapped[date | None]  # the last night committed before it: a rebuild makes it again


class RulesApprovalRow(Base):
    """That another person agreed a version, from when, and on which what-if; never changed or removed."""

    __tablename__ = "rules_approvals"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("rules_proposals.id"))
    approved_by: Mapped[str]
    approved_at: Mapped[datetime]
    in_force_from: Mapped[date]
    whatif_sha256: Mapped[str | None] = mapped_column(String(64))
    after_night: Mapped[date | None]


class SetAsideRow(Base):
    """That a person set an appointment aside as not counted, or counts it again; never changed or removed."""

    __tablename__ = "set_aside"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reference: Mapped[str]  # agency/appointment_id
    day: Mapped[date]
    reason: Mapped[str]  # empty when it counts again
    note: Mapped[str]
    again: Mapped[bool]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    after_night: Mapped[date | None]  # the last night committed before it: a rebuild makes it again


class LinkDecisionRow(Base):
    """What a person decided of whether two children are one; never changed or removed."""

    __tablename__ = "link_decisions"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    verdict: Mapped[str] = mapped_column(String(16))
    one_key: Mapped[str]
    other_key: Mapped[str]
    one_child: Mapped[str]
    other_child: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    why: Mapped[str]
    replaces: Mapped[list[int]] = mapped_column(JSON)  # ids of decisions on the same two that it takes back
    named: Mapped[dict[str, str]] = mapped_column(JSON)  # identity key -> child id, kept from then on
    after_night: Mapped[date | None]  # the last night committed before it: a rebuild makes it again


class AuditRow(Base):
    """One change or look, in the chain. Nothing is ever changed or removed here; the database refuses it too."""

    __tablename__ = "audit"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    night: Mapped[date | None]  # the night that did it; None: a person
    actor: Mapped[str]
    what: Mapped[str] = mapped_column(String(32))
    phrase: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(index=True)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
