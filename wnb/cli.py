"""The command line: thin commands over what the other modules do. Whatever is heavy is imported inside a command.

Results go to stdout; progress and messages to stderr, progress on a terminal only. Exit codes: `wnb.errors.Exit`.
Longer than most because it is one table: each command with its options and their help.
"""

import gc
import json
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wnb import __version__
from wnb.errors import Exit, UsageFault, WnbError

if TYPE_CHECKING:
    from wnb.config import Configuration
    from wnb.nightly import Clock

HELP = """Was Not Brought: takes in what agencies say of appointments each night, sees which children were not brought
again and again, and hands a safeguarding lead a short list.

Exit codes: 0 done; 1 a fault of the program, or a count that did not balance; 2 the command line or the configuration
is wrong; 3 done, but more rows were set aside than an agency's limit allows; 4 done, but an expected extract is
missing, late or was rejected; 5 another run holds the lock; 6 the casebook needs a migration."""

app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False)
case_app = typer.Typer(help="What people decide about a case.", no_args_is_help=True)
rules_app = typer.Typer(help="The thresholds, as versions that two people agree.", no_args_is_help=True)
actions_app = typer.Typer(help="What people wrote into the workbook.", no_args_is_help=True)
audit_app = typer.Typer(help="The record of every change.", no_args_is_help=True)
links_app = typer.Typer(help="Which records are one child: what waits for a person, and what people decide.")
casebook_app = typer.Typer(help="The casebook itself.", no_args_is_help=True)
agency_app = typer.Typer(help="How an agency's extracts are read.", no_args_is_help=True)
app.add_typer(agency_app, name="agency")
app.add_typer(case_app, name="case")
app.add_typer(rules_app, name="rules")
app.add_typer(actions_app, name="actions")
app.add_typer(links_app, name="links")
app.add_typer(audit_app, name="audit")
app.add_typer(casebook_app, name="casebook")

Config = Annotated[Path, typer.Option("--config", envvar="WNB_CONFIG", help="The folder that holds wnb.yaml.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, and nothing else there.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Say more, on stderr.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but results and errors.")]
By = Annotated[str, typer.Option("--by", help="Who does this, by name; it is written in the audit.")]
WHOM = "A child id, or agency/local-id. `-`: an NHS number is read from standard input."
Child = Annotated[str, typer.Argument(metavar="CHILD", help=WHOM)]
OLDEST = "The night; left out: the oldest that is due."
Night = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"])]
CONFIG = Path("config")
DRAFT = "A draft of rules.yaml, wherever it lies."
DAY = ["%Y-%m-%d"]


@dataclass(frozen=True)
class Voice:
    """How a command speaks: what it prints as its result, and what it says beside it."""

    as_json: bool
    verbose: bool
    quiet: bool

    def result(self, text: str, document: Any) -> None:
        """The command's one result."""
        sys.stdout.write(
            json.dumps(document, indent=1, ensure_ascii=False, default=str) + "\n" if self.as_json else text
        )

    def say(self, words: str) -> None:
        """A message beside the result, on stderr."""
        if not self.quiet:
            sys.stderr.write(words + "\n")

    @contextmanager
    def progress(self) -> Iterator[Callable[[str], None]]:
        """Tells which step a long command is at: a spinner on a terminal, a line with -v, else nothing."""
        if self.quiet or not sys.stderr.isatty():
            yield self.say if self.verbose else (lambda step: None)
            return
        from rich.console import Console

        console = Console(stderr=True)
        with console.status("Starting (the first run compiles the patterns, which takes some seconds)") as status:
            yield lambda step: status.update(step)


def main() -> None:
    """Run `wnb`. Anything a person can act on is said in words, without a traceback.

    Of a fault of the program its kind and its place are said, and never its message: that may hold a child's data.
    """
    try:
        app()
    except WnbError as wrong:
        sys.stderr.write(f"{wrong}\n")
        sys.exit(wrong.exit)
    except Exception as fault:
        sys.stderr.write(f"A fault of the program: {type(fault).__name__}\n")
        for frame in traceback.extract_tb(fault.__traceback__):
            sys.stderr.write(f"  {frame.filename}:{frame.lineno} in {frame.name}\n")
        sys.stderr.write("Nothing was half published. Report this with the lines above; they name no child.\n")
        sys.exit(Exit.FAULT)


def _load(config: Path) -> "Configuration":
    from wnb.config import load

    return load(config)


def _clock() -> "Clock":
    from wnb.nightly import Clock

    return Clock(now=lambda: datetime.now(UTC))


def _version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"wnb {__version__}\n")
        raise typer.Exit


@app.callback()
def _wnb(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version.")
    ] = False,
) -> None:
    pass


@app.command()
def run(
    as_of: Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help=OLDEST)] = None,
    config: Config = CONFIG,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:  # fmt: skip
    """Do a night: take in, link, recode, detect, decide, publish."""
    from wnb.ingest import worker

    worker.own().start()  # it loads what it needs to read extracts while this process loads the rest
    gc.disable()
    from wnb import nightly
    from wnb.rebuild import restore_missing
    from wnb.summary import in_words

    gc.freeze()  # what is loaded stays: looking through it again and again is a tenth of the start
    gc.enable()
    voice = Voice(as_json, verbose, quiet)
    configuration = _load(config)
    if as_of and (ahead := (as_of.date() - _clock().now().date()).days) > 0:
        voice.say(f"{as_of.date()} lies {ahead} days ahead: once it is done, no night before it can be done any more")
    with voice.progress() as tell:
        restore_missing(configuration, _clock(), voice.say)
        done = nightly.run(configuration, as_of.date() if as_of else None, _clock(), tell)
    if as_json:
        sys.stdout.write(done.document)
    else:
        sys.stdout.write(in_words(json.loads(done.document), done.folder, done.fresh))
    raise typer.Exit(done.exit)


@app.command()
def serve(
    config: Config = CONFIG,
    no_schedule: Annotated[bool, typer.Option("--no-schedule", help="Do not run nights.")] = False,
    no_pages: Annotated[bool, typer.Option("--no-pages", help="Do not serve pages.")] = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Run every night that is due, oldest first, and then each night at its hour, until stopped."""
    from wnb.schedule import serve_nights

    voice = Voice(False, verbose, quiet)
    if not no_pages:
        voice.say("Pages come with a later version; the lists are in the folder of lists.")
    if no_schedule:
        voice.say("Nothing to serve: the schedule is off.")
        return
    serve_nights(_load(config), _clock(), voice.say)


@app.command()
def check(
    config: Config = CONFIG,
    live: Annotated[bool, typer.Option("--live", help="Also refuse what must not go live.")] = False,
    sample: Annotated[Path | None, typer.Option("--sample", metavar="FILE", help="Try one extract instead.")] = None,
    agency: Annotated[str | None, typer.Option("--agency", help="Of the sample; left out: its folder's name.")] = None,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Read the whole configuration and the inboxes: every fault with its place and remedy. Changes nothing.

    With --sample: what a night would make of one extract, in counts, with the first rows that it would set aside.
    """
    from wnb.checking import checked
    from wnb.sampling import sampled

    if agency and not sample:
        raise typer.BadParameter("--agency says whose a --sample is; give both")
    configuration, clock = _load(config), _clock()
    report = sampled(configuration, sample, agency, clock) if sample else checked(configuration, live, clock)
    Voice(as_json, verbose, quiet).result(report.words, report.document)
    raise typer.Exit(report.exit)


@app.command()
def status(config: Config = CONFIG, as_json: Json = False, verbose: Verbose = False, quiet: Quiet = False) -> None:
    """Nights done and due, each agency's last extract, and what waits for a person and since when."""
    from wnb.standing import standing

    told = standing(_load(config), _clock())
    Voice(as_json, verbose, quiet).result(told.words, told.document)


@app.command()
def explain(
    child: Child,
    by: By = "",
    config: Config = CONFIG,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Why this child is, or is not, on a list. Prints a person's data, and writes so in the audit."""
    from wnb.explain import explained

    told = explained(_load(config), _asked(child, "wnb explain - < FILE"), _who(by), _clock())
    Voice(as_json, verbose, quiet).result(told.words, told.document)


@app.command()
def chronology(
    child: Child,
    by: By = "",
    config: Config = CONFIG,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """The child's appointments at every agency in date order. Prints a person's data, and writes so in the audit."""
    from wnb.explain import chronology_of

    told = chronology_of(_load(config), _asked(child, "wnb chronology - < FILE"), _who(by), _clock())
    Voice(as_json, verbose, quiet).result(told.words, told.document)


@app.command()
def whatif(
    draft: Annotated[Path, typer.Argument(metavar="RULES.yaml", help=DRAFT)],
    since: Annotated[
        datetime | None, typer.Option("--from", formats=DAY, help="The first night; left out: fifty-two weeks back.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=DAY, help="The last night; left out: the last that was done.")
    ] = None,
    into: Annotated[
        Path | None, typer.Option("--into", help="The folder for the report; left out: one for the draft, in var/data.")
    ] = None,
    by: By = "",
    config: Config = CONFIG,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """What other rules would have done over past nights, beside those in force: a report with pictures.

    Prints counts only. The ids of the children concerned go to a file that only you may read, and the audit says so.
    """
    from wnb.whatif import tried

    voice = Voice(as_json, verbose, quiet)
    with voice.progress() as tell:
        told = tried(
            _load(config), draft, since and since.date(), until and until.date(), into, _who(by), _clock(), tell
        )
    voice.result(told.words, told.document)


@app.command()
def rebuild(
    night: Night,
    into: Annotated[Path, typer.Option("--into", help="A folder that is empty or not there yet.")],
    config: Config = CONFIG,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Make a past night again from the vault, its receipts, its configuration and decisions, and compare."""
    from wnb.rebuild import rebuilt

    voice = Voice(as_json, verbose, quiet)
    with voice.progress() as tell:
        report = rebuilt(_load(config), night.date(), into, _clock(), tell)
    voice.result(report.words, report.document)
    raise typer.Exit(report.exit)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is empty or not there yet.")],
    children: Annotated[int, typer.Option(min=1, help="How many invented children.")] = 2000,
    nights: Annotated[int, typer.Option(min=1, help="How many nights are delivered.")] = 14,
    seed: Annotated[int, typer.Option(help="The same seed invents the same partnership.")] = 1,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Invent a partnership in a fresh folder, run its nights, and say where to look."""
    from wnb.demo.showing import invented

    voice = Voice(as_json, verbose, quiet)
    with voice.progress() as tell:
        told = invented(folder, children, nights, seed, _clock(), tell)
    voice.result(told.words, told.document)


Extract = Annotated[Path, typer.Argument(metavar="FILE", help="An extract, as the agency sent it.")]


@agency_app.command("suggest")
def agency_suggest(
    file: Extract,
    agency: Annotated[str, typer.Option("--agency", help="Its id, where you know it already.")] = "",
    name: Annotated[str, typer.Option("--name", help="Its name, likewise.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="Its kind, likewise.")] = "",
    sharing: Annotated[str, typer.Option("--sharing", help="What was agreed with it, likewise.")] = "",
    holds: Annotated[str, typer.Option("--holds", help="appointments, statuses or people, likewise.")] = "",
    delivers: Annotated[str, typer.Option("--delivers", help="changes or snapshot, likewise.")] = "",
    every: Annotated[int | None, typer.Option("--every", min=1, metavar="DAYS", help="How often it sends.")] = None,
    outcome: Annotated[str, typer.Option("--outcome", help="The column of outcomes, where no name says it.")] = "",
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Propose the YAML for an extract never seen; every doubt is a comment, and what a person decides says DECIDE."""
    from wnb.proposing import suggested

    decided = {"agency": agency, "name": name, "kind": kind, "sharing": sharing, "holds": holds,
               "delivers": delivers, "every": str(every or ""), "outcome": outcome}  # fmt: skip
    told = suggested(file, {key: value for key, value in decided.items() if value})
    Voice(as_json, verbose, quiet).result(told.words, told.document)


@agency_app.command("diff")
def agency_diff(
    file: Extract,
    agency: Annotated[str | None, typer.Option("--agency", help="Left out: the folder the file lies in.")] = None,
    config: Config = CONFIG,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """How an extract departs from its agency's YAML, with the dated version to paste there."""
    from wnb.proposing import departed

    told = departed(_load(config), file, agency, _clock())
    Voice(as_json, verbose, quiet).result(told.words, told.document)


@agency_app.command("dismiss")
def agency_dismiss(
    agency: Annotated[str, typer.Argument(help="Whose file it is.")],
    file: Annotated[str, typer.Argument(help="Its name, as `wnb status` has it.")],
    by: By,
    reason: Annotated[
        str | None, typer.Option("--reason", help="sent-again, not-theirs, nobody-in-it or cannot-be-had.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Name it again.")] = False,
    config: Config = CONFIG,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Stop naming a file that waits and never comes again; nothing is deleted, and its rows still count."""
    from wnb.dismissed import dismiss

    if undo is (reason is not None):
        raise UsageFault("say why with --reason, or --undo to have the file named again")
    told = dismiss(_load(config), agency, file, reason, by, _clock())
    Voice(as_json, verbose, quiet).result(told.words, told.document)


@case_app.command("close")
def case_close(
    child: Child,
    reason: Annotated[str, typer.Option("--reason", help="One of the closing reasons of casework.yaml.")],
    by: By,
    note: Annotated[str, typer.Option("--note", help="Why, in words; kept with the decision.")] = "",
    desk: Annotated[
        str | None, typer.Option("--desk", help="partnership, or the agency whose own list it is on.")
    ] = None,
    config: Config = CONFIG,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Close a child's case: a person's decision, and the only way off a list."""
    from wnb.people import close

    asked = _asked(child, "wnb case close - --reason ID --by NAME < FILE")
    told = close(_load(config), asked, reason, by, note, desk, _clock())
    Voice(as_json, verbose, quiet).result(told.words, told.document)


@case_app.command("not-counted")
def case_not_counted(
    appointment: Annotated[
        str, typer.Argument(metavar="APPOINTMENT", help="agency/appointment-id, as evidence names it.")
    ],
    by: By,
    reason: Annotated[str | None, typer.Option("--reason", help="One of not_counted_reasons of casework.yaml.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Count it again.")] = False,
    day: Annotated[
        datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="Its day, where the id was used for several.")
    ] = None,
    note: Annotated[str, typer.Option("--note", help="Why, in words; kept with the decision.")] = "",
    config: Config = CONFIG,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Set a missed appointment aside: it counts nothing and breaks nothing, stays in sight, and closes no case."""
    from wnb.people import not_counted

    if (reason is None) is not undo:
        raise UsageFault("say why with --reason, or --undo to count the appointment again")
    told = not_counted(_load(config), appointment, reason, by, note, day.date() if day else None, _clock())
    Voice(as_json, verbose, quiet).result(told.words, told.document)


Version = Annotated[str, typer.Argument(metavar="VERSION", help="A version that was proposed.")]


@rules_app.command("diff")
def rules_diff(
    draft: Annotated[
        Path | None, typer.Argument(metavar="[RULES.yaml]", help=f"{DRAFT} Left out: the one in config.")
    ] = None,
    config: Config = CONFIG,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """What a draft changes against the rules in force, rule by rule, in words. Changes nothing."""
    from wnb.governing import diff

    told = diff(_load(config), draft, _clock())
    Voice(as_json, verbose, quiet).result(told.words, told.document)


@rules_app.command("propose")
def rules_propose(
    draft: Annotated[Path, typer.Argument(metavar="RULES.yaml", help=DRAFT)],
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Why, in words; kept with the version.")] = "",
    config: Config = CONFIG,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Propose a version of the rules: it is kept whole, and nothing is in force until another person approves it."""
    from wnb.governing import propose

    told = propose(_load(config), draft, by, reason, _clock())
    Voice(as_json, verbose, quiet).result(told.words, told.document)


@rules_app.command("approve")
def rules_approve(
    version: Version,
    by: By,
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first night it is for; left out: the next one."),
    ] = None,
    whatif: Annotated[
        Path | None, typer.Option("--whatif", help="The what-if it is approved on; its hash is kept.")
    ] = None,
    config: Config = CONFIG,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Approve a version that somebody else proposed: from that night on it is what nights use."""
    from wnb.governing import approve

    told = approve(_load(config), version, by, since.date() if since else None, whatif, _clock())
    Voice(as_json, verbose, quiet).result(told.words, told.document)


@rules_app.command("list")
def rules_list(config: Config = CONFIG, as_json: Json = False, verbose: Verbose = False, quiet: Quiet = False) -> None:
    """Every version: who proposed and who approved it, from when, on which what-if, and which nights used it."""
    from wnb.governing import listed

    told = listed(_load(config), _clock())
    Voice(as_json, verbose, quiet).result(told.words, told.document)


@rules_app.command("show")
def rules_show(
    version: Version, config: Config = CONFIG, as_json: Json = False, verbose: Verbose = False, quiet: Quiet = False
) -> None:
    """Print a proposed version as it was written, to be put into rules.yaml."""
    from wnb.governing import shown

    told = shown(_load(config), version, _clock())
    Voice(as_json, verbose, quiet).result(told.words, told.document)


@actions_app.command("import")
def actions_import(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The workbook, with what people wrote in it.")],
    by: By,
    config: Config = CONFIG,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Take in what people wrote into the workbook. A row whose case has moved on is refused, and says who moved it."""
    from wnb.people import take_in_actions

    told = take_in_actions(_load(config), file, by, _clock())
    Voice(as_json, verbose, quiet).result(told.words, told.document)
    raise typer.Exit(told.exit)


Other = Annotated[str, typer.Argument(metavar="A", help=WHOM)]
Another = Annotated[str, typer.Argument(metavar="B", help=WHOM)]
Why = Annotated[
    str,
    typer.Option(
        "--why",
        help="How you know it, in words; wnb links repeats it: no address, number or name of anybody here.",
    ),
]


@links_app.callback(invoke_without_command=True)
def links(
    context: typer.Context,
    by: By = "",
    most: Annotated[int, typer.Option("--most", min=0, help="How many of the likely pairs.")] = 50,
    config: Config = CONFIG,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """What waits for a person to say who is one child, and what would follow if they were.

    First come pairs of whom something would be found. Children are named by id and by who knows them, never by name;
    wnb links show prints people. The look is written in the audit.
    """
    if context.invoked_subcommand is None:
        from wnb.linking import waiting_links

        told = waiting_links(_load(config), _who(by), _clock(), most)
        Voice(as_json, verbose, quiet).result(told.words, told.document)


@links_app.command("show")
def links_show(
    one: Other,
    other: Another,
    by: By = "",
    config: Config = CONFIG,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Show two children side by side: what is told of each and by whom, what agrees, what would follow if they are one.

    Prints people: names, dates of birth, numbers. The look is written in the audit for both.
    """
    from wnb.linking import shown_links

    told = shown_links(_load(config), _both(one, other, "show"), _who(by), _clock())
    Voice(as_json, verbose, quiet).result(told.words, told.document)


def _both(one: str, other: str, what: str) -> tuple[str, str]:
    how = f"wnb links {what} A - --by NAME … < FILE"
    return _asked(one, how), _asked(other, how)


def _decide_link(
    verdict: str, one: str, other: str, by: str, why: str, config: Path, voice: Voice, although: bool = False
) -> None:
    from wnb.linking import decide_link
    from wnb.one_child import Verdict

    told = decide_link(_load(config), Verdict(verdict), _both(one, other, verdict), by, why, _clock(), although)
    voice.result(told.words, told.document)


@links_app.command("same")
def links_same(
    one: Other,
    other: Another,
    by: By,
    why: Why,
    although: Annotated[
        bool,
        typer.Option("--although-they-differ", help="They are one although given name and date of birth both differ."),
    ] = False,
    config: Config = CONFIG,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Decide that two children are one: it binds every later night. Says what agrees, what does not, which id stays."""
    _decide_link("same", one, other, by, why, config, Voice(as_json, verbose, quiet), although)


@links_app.command("different")
def links_different(
    one: Other,
    other: Another,
    by: By,
    why: Why,
    config: Config = CONFIG,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Decide that two children are two: nothing joins them any more, and each keeps its own findings."""
    _decide_link("different", one, other, by, why, config, Voice(as_json, verbose, quiet))


@links_app.command("unsure")
def links_unsure(
    one: Other,
    other: Another,
    by: By,
    why: Why,
    config: Config = CONFIG,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Say that it is not known, or take back what was decided: they stay apart, and it stays on the list."""
    _decide_link("unsure", one, other, by, why, config, Voice(as_json, verbose, quiet))


@audit_app.command("verify")
def audit_verify(
    config: Config = CONFIG, as_json: Json = False, verbose: Verbose = False, quiet: Quiet = False
) -> None:
    """Whether every entry of the audit is as it was written, and none is missing."""
    from wnb.people import verified

    told = verified(_load(config), _clock())
    Voice(as_json, verbose, quiet).result(told.words, told.document)
    raise typer.Exit(told.exit)


@casebook_app.command("migrate")
def casebook_migrate(
    config: Config = CONFIG, as_json: Json = False, verbose: Verbose = False, quiet: Quiet = False
) -> None:
    """Bring the casebook to this version. Back it up first."""
    from wnb.people import migrated

    told = migrated(_load(config))
    Voice(as_json, verbose, quiet).result(told.words, told.document)


def _asked(child: str, how: str) -> str:
    """The child as it was asked for; an NHS number is never an argument, where other users could read it.

    `how`: the command as it is given with a number on standard input.
    """
    from wnb.explain import as_identity

    return as_identity(sys.stdin.readline().strip() if child == "-" else child, child == "-", how)


def _who(by: str) -> str:
    import getpass

    return by or getpass.getuser()


if __name__ == "__main__":
    main()
__all__ = ["Exit", "app", "main"]
