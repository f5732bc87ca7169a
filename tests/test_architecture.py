"""What the house is built by, held by a test: layers, purity, bans, length."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
MODULES = sorted((PROJECT / "wnb").rglob("*.py"))
EDGE = {
    "cli.py", "compile_cache.py", "compiled.py", "config.py", "config_schemas.py", "machine.py", "nightly.py",
    "placing.py", "arrivals.py",
    "rebuild.py", "schedule.py", "intake.py", "people.py", "proposing.py", "standing.py", "checking.py", "explain.py",
    "whatif.py", "governing.py", "dismissed.py", "linking.py",
}  # fmt: skip
EDGE_FOLDERS = {"store", "demo", "engines", "review"}
READS_BYTES = {
    "ingest/inbox.py", "ingest/vault.py", "ingest/source.py", "ingest/isolation.py", "ingest/archive.py",
    "ingest/excel.py", "ingest/parquet.py", "ingest/second_opinion.py", "ingest/spool.py", "ingest/child.py",
}  # fmt: skip
BANNED = re.compile(
    r"""\bignore_errors|on_bad_lines|dayfirst|format\s*=\s*["']mixed["']|errors\s*=\s*["'](?:coerce|ignore|replace)["']"""
    r"""|\.splitlines\("""
)
NO_READER = ("publish/workbook.py", "on.ignore_errors({")  # what the writer of workbooks calls Excel's green corners
LONGEST = 300
SAYS_WHY = re.compile(r"longer than most|long because|length", re.IGNORECASE)


def name_of(module: Path) -> str:
    return module.relative_to(PROJECT / "wnb").as_posix()


def pure() -> list[Path]:
    """The modules that take values and give values: no clock, no environment, no disk."""
    return [
        module
        for module in MODULES
        if name_of(module) not in EDGE | READS_BYTES and name_of(module).split("/")[0] not in EDGE_FOLDERS
    ]


def called(tree: ast.AST) -> set[str]:
    """The calls in a module, as they are written: `open`, `datetime.now`, `os.environ.get`."""
    found = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return found | {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


IMPURE = re.compile(
    r"^(?:open|os\.(?:environ|getenv|open|listdir)\b.*|time\.(?:time|monotonic|perf_counter)|getpass\..*"
    r"|(?:\w+\.)*(?:now|today|utcnow|read_text|write_text|write_bytes|unlink|mkdir|rmtree|getenv|urandom|uuid4))$"
)


@pytest.mark.parametrize("module", pure(), ids=name_of)
def test_what_is_pure_reads_neither_clock_nor_environment_nor_disk(module: Path) -> None:
    assert {call for call in called(ast.parse(module.read_text("utf-8"))) if IMPURE.match(call)} == set()


def test_the_night_is_decided_by_pure_modules() -> None:
    """The list of the edge may not swallow the heart."""
    heart = {"detect.py", "escalate.py", "cases.py", "link.py", "recode.py", "histories.py", "publish/lists.py"}
    assert heart <= {name_of(module) for module in pure()}


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_nothing_that_guesses_or_drops_a_row(module: Path) -> None:
    text = module.read_text("utf-8")
    if name_of(module) == NO_READER[0]:
        text = text.replace(NO_READER[1], "", 1)
    assert [f"{n}: {line}" for n, line in enumerate(text.split("\n"), 1) if BANNED.search(line)] == []


@pytest.mark.parametrize(
    "line",
    [
        "pd.to_datetime(x, errors='coerce')",
        'read_csv(f, on_bad_lines="skip")',
        "text.splitlines()",
        'format="mixed"',
        "shutil.rmtree(folder, ignore_errors=True)",
    ],
)
def test_the_ban_sees_what_it_must(line: str) -> None:
    assert BANNED.search(line)


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_module_is_short_or_says_why(module: Path) -> None:
    text = module.read_text("utf-8")
    lines = text.count("\n")
    if lines > LONGEST:
        said = ast.get_docstring(ast.parse(text)) or ""
        assert SAYS_WHY.search(said), f"{lines} lines, and its docstring does not say why it is longer than most"


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_no_promise_to_do_it_later(module: Path) -> None:
    assert not re.search(r"\b(?:TODO|FIXME|XXX)\b|raise NotImplementedError", module.read_text("utf-8"))


def test_imports_run_one_way() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    held = subprocess.run([lint, "--no-cache"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert held.returncode == 0, held.stdout[-3000:]
    assert "0 broken" in held.stdout


def test_every_module_has_its_place_in_the_layers() -> None:
    """A module that no layer names could import anything."""
    layers = (PROJECT / "pyproject.toml").read_text("utf-8").partition("[tool.importlinter]")[2]
    named = set(re.findall(r"wnb\.(\w+)", layers))
    ours = {name_of(module).split("/")[0].removesuffix(".py") for module in MODULES} - {"__init__"}
    assert ours - named == set()
