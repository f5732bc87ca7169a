"""How the casebook's database is reached: its URL, SQLite's safeguards, its migrations."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError

from wnb.errors import CasebookOutOfDate, SafetyStop, UsageFault

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30
MOUNTS = Path("/proc/self/mountinfo")
NETWORK_SHARES = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "fuse.sshfs"})
"""File systems on which SQLite's locks cannot be trusted (sqlite.org, "How To Corrupt")."""
LOOK = {"wnb_look": True}
"""Execution options of a transaction that only reads: on SQLite it does not take the one writer's lock."""


def resolved(url: str, root: Path) -> URL:
    """The URL with a relative SQLite path made relative to `root`.

    Raises:
        UsageFault: it is no URL, or of a database that the casebook does not know; never with its password.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UsageFault("casebook: not a database URL; write sqlite:///var/casebook.db") from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise UsageFault(f"casebook: {parsed.get_backend_name()} is not known; use sqlite:/// or postgresql+psycopg://")
    if parsed.get_backend_name() == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise UsageFault("casebook: it must outlive the program; write sqlite:///var/casebook.db")
        return parsed.set(database=str(root / str(parsed.database)))
    return parsed


def connect(url: URL) -> Engine:
    """An engine with the safeguards; on SQLite the file and its folder are made, readable by their owner alone.

    Raises:
        UsageFault: SQLite's file would lie on a network share.
    """
    if url.get_backend_name() != "sqlite":
        return create_engine(url, hide_parameters=True)
    file = Path(str(url.database))
    file.parent.mkdir(parents=True, exist_ok=True)
    refuse_network_share(file.parent.resolve())
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    engine = create_engine(url, hide_parameters=True)  # a message never holds what was being written
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def refuse_network_share(folder: Path, mounts: Path = MOUNTS) -> None:
    """Stop before SQLite is put on a share, where two writers can both believe that they are the only one (Linux).

    Raises:
        UsageFault: `folder`, absolute, is on one.
    """
    if not mounts.exists():
        return
    best, kind = Path("/"), ""
    for line in mounts.read_text("utf-8", "surrogateescape").split("\n"):
        before, _, after = line.partition(" - ")
        if not after:
            continue
        place = Path(before.split(" ")[4].replace("\\040", " "))
        if folder.is_relative_to(place) and place.is_relative_to(best):
            best, kind = place, after.split(" ")[0]
    if kind in NETWORK_SHARES:
        raise UsageFault(
            f"casebook: {best} is a network share ({kind}), and SQLite is not safe there; put it on a disk "
            "of this machine, or use postgresql+psycopg://"
        )


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin`, never by the driver's guess
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        "trusted_schema = OFF",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    look = connection.get_execution_options().get("wnb_look")
    connection.exec_driver_sql("BEGIN" if look else "BEGIN IMMEDIATE")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def bring_up_to_date(engine: Engine) -> None:
    """Make the tables, or bring those of an earlier version to this one; all of it or nothing.

    SQLite changes a constraint only by making its table anew, which must not be taken for the removal of what others
    refer to: so it is asked at the end, within the transaction, whether every reference still holds.

    Raises:
        SafetyStop: one does not; nothing was changed.
    """
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            _references(connection, held="OFF")
        try:
            with connection.begin():
                command.upgrade(_config(connection), "head")
                if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise SafetyStop("the casebook's references do not hold after its migration; nothing was changed")
        finally:
            if sqlite:
                _references(connection, held="ON")


def _references(connection: Connection, held: str) -> None:
    """Whether SQLite holds references meanwhile; it cannot be said within a transaction, so past SQLAlchemy."""
    connection.connection.cursor().execute(f"PRAGMA foreign_keys = {held}")


def check_current(engine: Engine) -> bool:
    """Whether the casebook is of this version; False when there is none yet.

    Raises:
        CasebookOutOfDate: it was made by another version; the message says the command.
    """
    with engine.connect().execution_options(**LOOK) as connection:
        head = ScriptDirectory.from_config(_config(connection)).get_current_head()
        found = MigrationContext.configure(connection).get_current_revision()
        known = {script.revision for script in ScriptDirectory.from_config(_config(connection)).walk_revisions()}
        empty = not inspect(connection).get_table_names()
    if found == head:
        return True
    if found is None and empty:
        return False
    if found in known or found is None:
        raise CasebookOutOfDate(
            "the casebook was made by an earlier version of wnb\n"
            "    Copy the casebook to a safe place, run `wnb casebook migrate`, then this command again."
        )
    raise CasebookOutOfDate(
        "the casebook was made by a later version of wnb, and this one cannot read it safely\n"
        "    Install that version, or put back the copy made before `wnb casebook migrate`."
    )


def is_there(url: str, root: Path) -> bool:
    """Whether there is a casebook at `url`; makes nothing.

    Raises:
        CasebookOutOfDate: there is one of another version; the message says the command.
        UsageFault: the URL is wrong, or the database cannot be reached.
    """
    parsed = resolved(url, root)
    if parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).is_file():
        return False
    try:
        with opened(url, root) as engine:
            return check_current(engine)
    except DatabaseError as wrong:
        raise UsageFault(f"casebook: the database cannot be opened ({type(wrong.orig).__name__})") from None


@contextmanager
def opened(url: str, root: Path) -> Iterator[Engine]:
    """An engine for a moment: the migration's, before there is a casebook to open."""
    engine = connect(resolved(url, root))
    try:
        yield engine
    finally:
        engine.dispose()


def migrate(url: str, root: Path) -> None:
    """Bring the casebook at `url` to this version (`wnb casebook migrate`)."""
    with opened(url, root) as engine:
        bring_up_to_date(engine)
