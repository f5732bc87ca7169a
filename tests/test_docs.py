"""The papers held to the program: every name that they name is there, and every name of the program stands in them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from pydantic import BaseModel
from typer.core import TyperCommand, TyperGroup

from wnb.agency import Agency, kinds_of_agency
from wnb.cli import app
from wnb.config import FILES
from wnb.ingest.reasons import REASONS
from wnb.patterns import KINDS
from wnb.publish.lists import COLUMNS
from wnb.terms import FINDING, ExitReason, ExtractOutcome, Outcome, Status, Unmet

ROOT = Path(__file__).parents[1]
PAPERS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "config/README.md",
          ROOT / "fixtures/README.md"]  # fmt: skip
INTERFACE = (ROOT / "docs/interface.md").read_text("utf-8")
HAZARDS = (ROOT / "docs/safety/hazards.md").read_text("utf-8")
DESIGN = (ROOT / "docs/design.md").read_text("utf-8")

PROOF = re.compile(r"`(?P<file>tests/[\w/]+\.py)::(?P<test>\w+)`")
LINK = re.compile(r"""(?:\]\(|src=")(?P<target>[^)\s"]+)""")
LATER = re.compile(r"^\*\*Later\*\*, and not there yet: (?P<names>.*)$", re.MULTILINE)


def commands(group: TyperGroup, before: str = "wnb") -> Iterator[tuple[str, TyperCommand]]:
    """Every command that does something, by the whole of its name."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}", command


COMMANDS = dict(commands(typer.main.get_command(app)))


def as_typed(text: str) -> str:
    """The text in one line, for names that a paper breaks over two."""
    return " ".join(text.split())


# ------------------------------------------------------------ the interface


def row_of(name: str) -> str:
    """The command's row in the table of commands."""
    [row] = re.findall(rf"^\| `{name}(?=[ `]).*$", INTERFACE, re.MULTILINE)
    return row


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_stands_in_the_interface(name: str) -> None:
    assert (COMMANDS[name].help or "").strip()
    assert row_of(name)


def test_the_commands_are_found_within_their_groups() -> None:
    assert {"wnb run", "wnb case close", "wnb actions import", "wnb audit verify"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_help_and_those_of_its_own_stand_in_the_interface(name: str) -> None:
    for option in COMMANDS[name].params:
        if option.param_type_name == "option":
            assert (getattr(option, "help", None) or "").strip(), option.name
            if not {"--config", "--json", "-v", "-q"} & set(option.opts):
                assert option.opts[0] in row_of(name)


def test_the_common_options_are_everywhere_but_where_the_interface_says() -> None:
    without = {"--config": {"wnb demo", "wnb agency suggest"}, "--json": {"wnb serve"}, "-v": set(), "-q": set()}
    for option, exceptions in without.items():
        lack = {name for name, command in COMMANDS.items() if not any(option in p.opts for p in command.params)}
        assert lack == exceptions, option


def test_what_is_said_to_come_later_is_not_there() -> None:
    found = LATER.search(INTERFACE)
    assert found
    announced = [name.rstrip(" …") for name in re.findall(r"`(wnb [a-z ]+[a-z])", found["names"])]
    assert announced
    built = [name for name in announced if any(known == name or known.startswith(f"{name} ") for known in COMMANDS)]
    assert built in ([], ["wnb case"])  # `wnb case close` is there, its other moves are not


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model of the configuration and every model within it."""
    yield model
    for field in model.model_fields.values():
        for found in within(field.annotation):
            yield from models(found)


def within(kind: object) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in getattr(kind, "__args__", ()):
        yield from within(part)


def keys() -> list[str]:
    """Every key that may stand in config/, as it is written there."""
    of = [found for model in (*FILES.values(), Agency) for found in models(model)]
    return sorted(
        {field.alias or name for model in (*of, *KINDS.values()) for name, field in model.model_fields.items()}
    )


@pytest.mark.parametrize("key", keys())
def test_every_key_of_the_configuration_stands_in_the_interface(key: str) -> None:
    assert re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", INTERFACE)


def test_the_keys_are_those_of_every_file_and_every_pattern() -> None:
    assert {"partnership", "holds", "fields_hold_newlines", "approved_by", "none_seen_between", "out_of_hours"} <= set(
        keys()
    )


@pytest.mark.parametrize(
    "words",
    [
        [outcome.word for outcome in Outcome], list(Status), list(ExitReason), list(Unmet), list(ExtractOutcome),
        list(KINDS), list(kinds_of_agency()), list(REASONS), list(COLUMNS), FINDING.names,
    ],
    ids=["outcomes", "statuses", "exits", "unmet", "extracts", "patterns", "kinds", "reasons", "columns", "findings"],
)  # fmt: skip
def test_every_word_of_the_field_stands_in_the_interface(words: list[str]) -> None:
    missing = [word for word in words if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", INTERFACE)]
    assert missing == []


def test_the_columns_of_the_list_stand_in_the_interface_in_their_order() -> None:
    first, rest = list(COLUMNS)[:16], list(COLUMNS)[16:]
    assert f"`{' '.join(first)}`" in as_typed(INTERFACE)
    assert f"`{' '.join(rest)}`" in as_typed(INTERFACE)


# ------------------------------------------------------------ hazards


def test_every_test_that_a_paper_names_is_there() -> None:
    named = {(found["file"], found["test"]) for paper in PAPERS for found in PROOF.finditer(paper.read_text("utf-8"))}
    assert len(named) > 60
    assert len(re.findall("`tests/[^`]*::", HAZARDS)) == len(PROOF.findall(HAZARDS))
    missing = []
    for file, test in sorted(named):
        path = ROOT / file
        if not path.is_file() or not re.search(rf"^def {test}\(", path.read_text("utf-8"), re.MULTILINE):
            missing.append(f"{file}::{test}")
    assert missing == []


@pytest.mark.parametrize("hazard", [*(f"W{n}" for n in range(1, 5)), *(f"H{n}" for n in range(1, 19))])
def test_every_hazard_has_cause_effect_control_and_proof(hazard: str) -> None:
    [section] = re.findall(rf"^### {hazard} .*?(?=^##|\Z)", HAZARDS, re.MULTILINE | re.DOTALL)
    for part in ("Cause", "Effect", "Control", "Proof"):
        assert f"- **{part}.** " in section
    assert PROOF.search(section)


def test_every_module_that_a_hazard_names_is_there() -> None:
    named = set(re.findall(r"`((?:wnb|config)/[\w/.]+)`", HAZARDS))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


# ------------------------------------------------------------ the tree


def tree() -> Iterator[str]:
    """Every module that the tree of docs/design.md names, as a path below wnb/."""
    folder = ""
    for line in DESIGN.rpartition("## The tree")[2].partition("wnb/\n")[2].partition("```")[0].split("\n"):
        place, words = line[:32], line[32:]
        if begun := re.match(r"  (\w+/) ", place):
            folder = begun[1]
            yield folder
        elif place.strip():
            folder = ""
            yield from (name for name in line.split() if name.endswith(".py"))
            continue
        if folder and folder != "demo/":
            yield from (f"{folder}{name}.py" for name in re.findall(r"\b[a-z_]+\b", words.replace("(the table)", "")))


def test_the_tree_is_the_tree() -> None:
    named = list(tree())
    assert len(named) == len(set(named)) > 60
    assert [name for name in named if not (ROOT / "wnb" / name).exists()] == []


def test_no_module_at_the_top_is_left_out_of_the_tree() -> None:
    there = {path.name for path in (ROOT / "wnb").glob("*.py")} - {"__init__.py"}
    assert sorted(there - set(tree())) == []


# ------------------------------------------------------------ every paper


def test_the_readme_leads_with_the_two_commands_and_fits_on_a_screen() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.split("\n")) <= 40
    for target in ("run", "test"):
        assert re.search(rf"^    make {target}\b", text, re.MULTILINE)
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file(paper: Path) -> None:
    for found in LINK.finditer(paper.read_text("utf-8")):
        target = found["target"].partition("#")[0]
        if target and not target.startswith("https://"):
            assert (paper.parent / target).exists(), target


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.relative_to(ROOT).as_posix())
def test_no_paper_blames_or_leads_to_this_machine(paper: Path) -> None:
    text = paper.read_text("utf-8").casefold()
    for word in (
        "failed to attend",
        "failed to bring",
        "non-compliant",
        "hard to reach famil",
        "pypi",
    ):
        assert word not in text
    assert not re.search(r"(?<![\w.])/(?:home|root|work|Users|tmp)/", text)  # nobody else has this machine's folders


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.relative_to(ROOT).as_posix())
def test_every_command_that_a_paper_shows_is_there_or_said_to_come(paper: Path) -> None:
    later = {
        name.rstrip(" …")
        for found in LATER.finditer(INTERFACE)
        for name in re.findall(r"`(wnb [a-z ]+[a-z])", found["names"])
    }
    known = {*COMMANDS, *later, *(name.rpartition(" ")[0] for name in COMMANDS)}
    for shown in re.findall(r"(?:`|^    )(wnb(?: [a-z]+)+)", paper.read_text("utf-8"), re.MULTILINE):
        words = shown.split(" ")
        assert any(" ".join(words[:k]) in known for k in (2, 3)), shown


def test_the_picture_is_small() -> None:
    assert 10_000 < (ROOT / "docs/list.png").stat().st_size < 400_000
