"""The nightly run on its schedule. The timer only wakes; which nights are due is read from the ledger of nights.

APScheduler keeps nothing: a night that was missed, because the machine was off or the clock changed, is found in the
ledger and done first.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from wnb import nightly
from wnb.config import Configuration
from wnb.errors import LockHeld, WnbError
from wnb.ingest.worker import own
from wnb.nightly import Clock, Night
from wnb.rebuild import restore_missing

if TYPE_CHECKING:
    from apscheduler.schedulers.base import BaseScheduler

Say = Callable[[str], None]


def run_due(configuration: Configuration, clock: Clock, say: Say) -> list[Night]:
    """Do every night that is due, oldest first; stop at one that fails, so that no night is done before an earlier one.

    Whatever goes wrong is said and waits for the next wake: a service that died would publish no list at all. Only our
    own errors are quoted; another's message may hold a child's data.
    """
    done: list[Night] = []
    try:
        restore_missing(configuration, clock, say)
        while nights := nightly.waiting(configuration, clock):
            done.append(nightly.run(configuration, nights[0], clock))
            say(f"The night of {done[-1].night} is done: {done[-1].folder}")
    except LockHeld as busy:
        say(str(busy))
    except WnbError as wrong:
        say(f"A night failed, and those after it wait: {wrong}")
    except Exception as fault:
        say(f"A night failed by a fault of the program ({type(fault).__name__}), and those after it wait")
    finally:
        own().put_away()  # nothing that has read a stranger's bytes lives on through the day
    return done


def serve_nights(configuration: Configuration, clock: Clock, say: Say) -> None:
    """Do what is due now, then wake at `nightly_at` each day until stopped."""
    from apscheduler.schedulers.blocking import BlockingScheduler

    scheduler = BlockingScheduler(timezone=configuration.partnership.timezone)
    schedule(scheduler, configuration, clock, say)
    run_due(configuration, clock, say)
    say(f"Waiting for {configuration.partnership.nightly_at} ({configuration.partnership.timezone}); stop with Ctrl-C")
    try:
        scheduler.start()
    except (KeyboardInterrupt, SystemExit):
        say("Stopped.")


def schedule(scheduler: "BaseScheduler", configuration: Configuration, clock: Clock, say: Say) -> None:
    """Put the one job on a scheduler: memory only, never twice at once, never dropped for being late."""
    from apscheduler.triggers.cron import CronTrigger

    hour, minute = configuration.partnership.nightly_at.split(":")
    scheduler.add_job(
        run_due,
        CronTrigger(hour=int(hour), minute=int(minute), timezone=configuration.partnership.timezone),
        args=(configuration, clock, say),
        id="night",
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
