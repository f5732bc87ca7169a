"""An agency that holds statuses, as tests use it: one row a child and status."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tests.small import Child, Small

SOCIAL = """\
agency: social
name: Children's services
kind: social-care
sharing: {sharing}
holds: statuses
extract: {{files: "*.csv", extract_date: "%Y-%m-%d", {delivers}}}
columns:
  status_id: episode
  child_local_id: local
  nhs_number: nhs
  status: status
  status_from: {{column: since, format: "%Y-%m-%d"}}
  status_to: {{column: until, format: "%Y-%m-%d"}}
  status_detail: detail
statuses:
  CPP: child-protection-plan
  CIN: child-in-need
  S47: section-47
  EHW: early-help-consent-withdrawn
  EHCP: ehc-plan
  DA: domestic-abuse
  SC: safe-contact
  AI: accessible-information
  LP: lead-professional
  GP: gp-practice
  SCH: school
  LA: home-local-authority
  RIP: deceased
  CL: ended
"""  # fmt: skip
SNAPSHOT = "delivers: snapshot, snapshot_covers: everything, withdrawn_limit_percent: 100, largest_drop_percent: 100"


@dataclass(frozen=True)
class Told:
    """One row: what is told of a child, from when to when."""

    child: Child
    code: str
    since: date | None
    until: date | None = None
    detail: str = ""
    id: str = ""

    def row(self) -> str:
        episode = self.id or f"E{self.child.place}-{self.code}"
        days = (day.isoformat() if day else "" for day in (self.since, self.until))
        return ",".join((episode, f"S{self.child.place}", self.child.number, self.code, *days, self.detail))


def held_by(small: Small, sharing: str = "partnership", delivers: str = "delivers: changes") -> None:
    """Let the partnership have an agency that holds statuses."""
    small.configure("agencies/social.yaml", SOCIAL.format(sharing=sharing, delivers=delivers))
    (small.root / "inbox" / "social").mkdir(parents=True, exist_ok=True)


def tell(small: Small, dated: date, *told: Told, more: Iterable[str] = ()) -> None:
    """Put an extract of statuses into its inbox."""
    lines = ["episode,local,nhs,status,since,until,detail", *(one.row() for one in told), *more, ""]
    small.send_bytes("social", f"social_{dated}.csv", "\n".join(lines).encode())
