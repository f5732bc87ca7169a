"""Which nights are due: from the ledger of nights that were done and the time of day, never from a timer's memory."""

from datetime import date, datetime, time, timedelta


def latest_due(now: datetime, nightly_at: str) -> date:
    """The last night whose hour has come. `now` is local time, aware."""
    today = now.date()
    return today if now.time() >= time.fromisoformat(nightly_at) else today - timedelta(days=1)


def due(last_done: date | None, now: datetime, nightly_at: str) -> list[date]:
    """The nights that wait to be done, oldest first. Before the first night ever only the latest one does."""
    latest = latest_due(now, nightly_at)
    if last_done is None:
        return [latest]
    return [last_done + timedelta(days=k) for k in range(1, (latest - last_done).days + 1)]
