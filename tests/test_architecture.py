"""The shape of the code: which way imports point, where the outside world may be touched, and how big things may be.

Each test lists its offences as "file:line what", so that a failure says where to look.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = ("directory", "ivr", "routes", "worker")
EVERYTHING = (*PRODUCT, "bench", "tests")

MAY_IMPORT: Mapping[str, frozenset[str]] = {
    "directory": frozenset(),
    "ivr": frozenset({"directory"}),
    "routes": frozenset({"directory", "ivr"}),
    "worker": frozenset({"directory", "ivr"}),
}
"""Package to what it may know of the others: directory <- ivr <- {routes, worker}."""
JOINTS = {("routes/cli/worker.py", "worker")}
"""The one place where the two entry points meet: the command that starts the worker."""

PURE = (
    "directory/agenda",
    "directory/calendar",
    "directory/changes",
    "directory/coverage",
    "directory/dialling",
    "directory/difference",
    "directory/effect",
    "directory/entries",
    "directory/exchange",
    "directory/faults",
    "directory/find",
    "directory/findings",
    "directory/hours",
    "directory/judgement",
    "directory/ladder",
    "directory/languages",
    "directory/lint",
    "directory/model",
    "directory/numbers_changed",
    "directory/plain_week",
    "directory/present",
    "directory/public_holidays",
    "directory/rows",
    "directory/statement",
    "directory/strict_yaml",
    "directory/tables",
    "directory/timetable",
    "directory/typography",
    "directory/weekly",
    "directory/withdrawal",
    "ivr/cldr",
    "ivr/domain",
    "ivr/events",
    "ivr/figures",
    "ivr/flow",
    "ivr/heard",
    "ivr/interchange",
    "ivr/lifeline",
    "ivr/numbers",
    "ivr/pace",
    "ivr/phrases",
    "ivr/sentences",
    "ivr/speech",
    "ivr/state",
    "ivr/texts",
    "ivr/turn",
    "ivr/twiml",
    "ivr/wav",
)
"""Beginnings of the paths of modules that decide and render: no clock, no file, no socket, no environment."""
# fmt: off
OUTSIDE_WORLD = frozenset({
    "asyncio", "flask", "gunicorn", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random",
    "redis", "requests", "rq", "secrets", "select", "shutil", "signal", "socket", "sqlalchemy", "subprocess",
    "tempfile", "threading", "time", "twilio", "urllib", "werkzeug", "ivr.adapters", "ivr.edition",
    "ivr.services", "ivr.settings",
})
# fmt: on
CLOCKS = frozenset({"now", "today", "utcnow"})

UNGUARDED = {"routes/audio.py", "routes/health.py", "routes/phone/__init__.py"}
"""Blueprints that anybody may ask: recordings, which every caller hears; health; the stand-in carrier's phone."""
LONGEST_FUNCTION = 40
LONGEST_FILE = 400
LONGEST_TEST_FILE = 500
"""Tables of cases take room."""


@cache
def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def files(*packages: str) -> Iterator[Path]:
    """Yield the Python files of packages and single modules."""
    for package in packages:
        folder = ROOT / package
        yield from sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


def nodes(path: Path, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
    """Yield the nodes of these kinds."""
    return (node for node in ast.walk(parsed(path)) if isinstance(node, kinds))


def offences(packages: tuple[str, ...], find: Callable[[Path], Iterator[tuple[int, str]]]) -> list[str]:
    """Collect what `find` yields (line, what) in every file, as sentences."""
    return [
        f"{path.relative_to(ROOT)}:{line} {what}"
        for path in files(*packages)
        if path.exists()
        for line, what in find(path)
    ]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and full name of everything imported."""
    for node in nodes(path, ast.Import, ast.ImportFrom):
        assert isinstance(node, ast.Import | ast.ImportFrom)
        yield from ((node.lineno, name) for name in imported(node))


def imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Return what a statement imports, in full: `package.module`, or `package.module.name`."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    assert node.level == 0, "imports are absolute"
    return [f"{node.module}.{alias.name}" for alias in node.names]


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and name of everything called: `print`, or `.now` for a method."""
    for node in nodes(path, ast.Call):
        assert isinstance(node, ast.Call)
        if isinstance(node.func, ast.Name):
            yield node.lineno, node.func.id
        elif isinstance(node.func, ast.Attribute):
            yield node.lineno, f".{node.func.attr}"


def is_or_is_below(name: str, packages: frozenset[str] | set[str]) -> bool:
    """Tell whether a dotted name is one of the packages or something inside one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def is_pure(path: Path) -> bool:
    """Tell whether a file is one of the modules that only decide and render."""
    name = path.relative_to(ROOT).with_suffix("").as_posix()
    return any(name == prefix or name.startswith((f"{prefix}/", f"{prefix}_")) for prefix in PURE)


def test_imports_point_one_way() -> None:
    """The directory knows nothing of calls, calls nothing of the web, the two entry points nothing of each other."""

    def against_the_arrow(path: Path) -> Iterator[tuple[int, str]]:
        inside = path.relative_to(ROOT).with_suffix("").parts[0]
        for line, name in imports(path):
            package = name.partition(".")[0]
            known = package == inside or package in MAY_IMPORT[inside]
            if package in PRODUCT and not known and (path.relative_to(ROOT).as_posix(), package) not in JOINTS:
                yield line, f"imports {name}"

    assert [] == offences(PRODUCT, against_the_arrow)


def test_product_does_not_import_its_tests_or_its_benchmark() -> None:
    """What is installed must work without what is not."""

    def from_outside(path: Path) -> Iterator[tuple[int, str]]:
        return ((line, f"imports {name}") for line, name in imports(path) if is_or_is_below(name, {"tests", "bench"}))

    assert [] == offences(PRODUCT, from_outside)


def test_pure_modules_import_nothing_of_the_outside_world() -> None:
    """What decides and renders can be tested, enumerated and trusted without a machine around it."""

    def outside(path: Path) -> Iterator[tuple[int, str]]:
        if is_pure(path):
            yield from (
                (line, f"imports {name}") for line, name in imports(path) if is_or_is_below(name, OUTSIDE_WORLD)
            )

    assert [] == offences(PRODUCT, outside)


def test_pure_modules_read_no_clock_and_no_file() -> None:
    """`now` is an argument: whoever asks says when."""

    def impure(path: Path) -> Iterator[tuple[int, str]]:
        forbidden = {"open", ".open", ".read_text", ".read_bytes", *(f".{name}" for name in CLOCKS)}
        if is_pure(path):
            yield from ((line, f"calls {name}") for line, name in calls(path) if name in forbidden)

    assert [] == offences(PRODUCT, impure)


@pytest.mark.parametrize("prefix", PURE)
def test_list_of_pure_modules_is_true(prefix: str) -> None:
    """A pure module that was renamed must not slip out of these tests unnoticed."""
    path = ROOT / prefix

    assert path.is_dir() or path.with_suffix(".py").exists()


def test_environment_is_read_in_one_place() -> None:
    """Only the settings, and the commands that hand it to them and to children, know that there is an environment."""
    allowed = {ROOT / "ivr/settings.py", *files("routes/cli")}

    def environment(path: Path) -> Iterator[tuple[int, str]]:
        if path in allowed:
            return
        for node in nodes(path, ast.Attribute, ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            if name in {"environ", "environb", "getenv"} and not _is_of_the_request(node):
                yield getattr(node, "lineno", 0), f"reads {name}"

    assert [] == offences(PRODUCT, environment)


def _is_of_the_request(node: ast.AST) -> bool:
    """`request.environ` is the web server's account of one request, not the process's environment.

    A request calls it `self.environ`; whoever keeps the process's under that name has to read it somewhere first.
    """
    owner = node.value if isinstance(node, ast.Attribute) else None
    return isinstance(owner, ast.Name) and owner.id in {"request", "self"}


def test_numbers_are_revealed_by_the_provider_adapter_alone() -> None:
    """A caller's number has one way out: to the carrier that gave it."""

    def reveals(path: Path) -> Iterator[tuple[int, str]]:
        if path != ROOT / "ivr/adapters/provider.py":
            yield from ((line, f"calls {name}") for line, name in calls(path) if name == ".reveal")

    assert [] == offences((*PRODUCT, "bench"), reveals)


def test_nothing_asks_where_a_number_is_or_whose_network_it_is_on() -> None:
    """More than the country of a calling number is nobody's business."""
    nosy = {"phonenumbers.geocoder", "phonenumbers.carrier"}

    def asks(path: Path) -> Iterator[tuple[int, str]]:
        return ((line, f"imports {name}") for line, name in imports(path) if is_or_is_below(name, nosy))

    assert [] == offences((*PRODUCT, "bench"), asks)


def test_every_blueprint_has_a_guard() -> None:
    """A new group of addresses is closed until somebody decides who may ask."""

    def unguarded(path: Path) -> Iterator[tuple[int, str]]:
        guarded = {
            ast.unparse(node.value)
            for node in nodes(path, ast.Attribute)
            if isinstance(node, ast.Attribute) and node.attr == "before_request"
        }
        for node in parsed(path).body:
            if not isinstance(node, ast.Assign) or not ast.unparse(node.value).startswith("Blueprint("):
                continue
            if ast.unparse(node.targets[0]) not in guarded and _name(path) not in UNGUARDED:
                yield node.lineno, "has a blueprint without before_request"

    assert [] == offences(("routes",), unguarded)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_nothing_happens_at_import() -> None:
    """A module defines things; only a blueprint is told at import which of them it serves."""

    def acts(path: Path) -> Iterator[tuple[int, str]]:
        for node in parsed(path).body:
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                target = ast.unparse(node.value.func)
                if not target.startswith("bp."):
                    yield node.lineno, f"calls {target}"
            elif isinstance(node, ast.For | ast.While | ast.With | ast.Try):
                yield node.lineno, f"has a {type(node).__name__.lower()} at its top"

    assert [] == offences(PRODUCT, acts)


def test_every_module_opens_with_a_sentence() -> None:
    """Whoever opens a file learns first what it is for."""

    def silent(path: Path) -> Iterator[tuple[int, str]]:
        first = (ast.get_docstring(parsed(path)) or "").partition("\n\n")[0].rstrip()
        if not first.endswith((".", ":")) and path.name != "conftest.py":
            yield 1, "opens with no sentence"

    assert [] == offences((*EVERYTHING, ".ci"), silent)


def test_every_test_says_what_must_be_true() -> None:
    """A test's name is short; its docstring holds the sentence."""

    def silent(path: Path) -> Iterator[tuple[int, str]]:
        for node in nodes(path, ast.FunctionDef):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node):
                yield node.lineno, f"{node.name} says nothing"

    assert [] == offences(("tests",), silent)


def test_functions_are_short() -> None:
    """What does not fit one screen is several things."""

    def long(path: Path) -> Iterator[tuple[int, str]]:
        for node in nodes(path, ast.FunctionDef, ast.AsyncFunctionDef):
            assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield node.lineno, f"{node.name} has {lines} lines"

    assert [] == offences((*EVERYTHING, ".ci"), long)


def test_files_are_short() -> None:
    """A module holds one thing."""

    def long(path: Path) -> Iterator[tuple[int, str]]:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > (LONGEST_TEST_FILE if path.is_relative_to(ROOT / "tests") else LONGEST_FILE):
            yield lines, "is too long"

    assert [] == offences((*EVERYTHING, ".ci"), long)


def test_nothing_but_the_command_line_prints() -> None:
    """A server logs; it has nobody to print for."""

    def prints(path: Path) -> Iterator[tuple[int, str]]:
        if not path.is_relative_to(ROOT / "routes/cli"):
            yield from ((line, "prints") for line, name in calls(path) if name in {"print", ".echo", ".secho"})

    assert [] == offences((*PRODUCT, "tests"), prints)


def test_modules_are_named_after_what_they_hold() -> None:
    """A drawer called utils fills up with everything."""
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}

    assert [] == [_name(path) for path in files(*EVERYTHING) if path.exists() and path.stem in drawers]


def test_no_modules_need_each_other() -> None:
    """No module needs itself through others: each can be read, tested and moved without going round in a circle."""
    modules = {module_name(path): path for path in files(*PRODUCT) if path.exists()}
    needs = {name: (needed(path) & modules.keys()) - {name} for name, path in modules.items()}
    while free := {name for name, used in needs.items() if not used & needs.keys()}:
        for name in free:
            del needs[name]

    assert [] == sorted(needs)


def module_name(path: Path) -> str:
    """Return a file's name as it is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def needed(path: Path) -> set[str]:
    """Return the modules that importing this file imports: not those inside functions or for types alone."""
    top = (node for node in parsed(path).body if isinstance(node, ast.Import | ast.ImportFrom))
    names = {name for node in top for name in imported(node)}
    return {name if is_module(name) else name.rpartition(".")[0] for name in names}


def is_module(name: str) -> bool:
    """Tell whether a dotted name is a module or package of ours, not something inside one."""
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").exists()
