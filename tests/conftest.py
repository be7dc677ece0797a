"""Hooks and fixtures for all tests: a separate kernel cache for Warp, fast compiles, and skips for missing tools."""

import contextlib
import functools
import importlib
import importlib.metadata
import importlib.util
import re
import signal
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis
import pytest
from tiers import Tiers

from synthesis import MissingFrontendError, get_frontend
from synthesis.core import progress_display
from synthesis.core.sandbox.confinement import Confinement
from synthesis.core.sandbox.zygote import Zygote
from synthesis.frontends.base import Kernel, Prover
from synthesis.making.engines import handing
from synthesis.verification import verifier

# On a loaded machine, examples are drawn slowly, which is no fault of the code.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")

pytest_plugins = ["generations", "scored_rows", "sites", "view_folders"]  # fixtures that tests in subfolders share

MISSING = [name for name in ("warp", "jax", "triton") if importlib.util.find_spec(name) is None]
"""Names of the tools that are not installed. Tests that need one of them are skipped."""
_PACKAGES = {"warp": "warp-lang", "jax": "jax", "triton": "triton"}
_CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
_TOOL_OF = {"jaxlib": "jax", "scipy": "jax"}
"""Maps a package that is installed along with a tool to the tool."""
_DEAR = ("scored_rows", "view_folders")
"""Modules of expensive session fixtures. All tests that use one run in the same worker, so that it is made once."""
_NO_MODULE = re.compile(r"No module named '(\w+)|irsmith\[(\w+)\]")


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in processes that a shell starts in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option ``--tier``, which ``make test`` and ``make test-all`` use."""
    told = "run the tests of one tier only; tests/tiers.toml lists those of the second"
    parser.addoption("--tier", choices=("first", "second"), help=told)


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests of the other tier if one is chosen, mark tests to skip, and group tests that share a fixture.

    A test is skipped if it is marked or parametrised with a tool that is not installed, or expects the output of
    another release. Tests that share an expensive fixture are run by one worker, which makes it once.
    """
    if tier := config.getoption("--tier"):
        second = Tiers.read().second([id_of(item) for item in items])
        chosen = {item: (id_of(item) in second) == (tier == "second") for item in items}
        config.hook.pytest_deselected(items=[item for item in items if not chosen[item]])
        items[:] = [item for item in items if chosen[item]]
    for item in items:
        given = [name for mark in item.iter_markers("needs") for name in mark.args]
        parameters: Mapping[str, object] = item.callspec.params if isinstance(item, pytest.Function) and hasattr(
            item, "callspec") else {}  # fmt: skip
        given += [value for value in parameters.values() if isinstance(value, str)]
        for name in sorted({name for name in given if name in MISSING}):
            item.add_marker(pytest.mark.skip(reason=f"{name} is not installed"))
        pinned = [name for mark in item.iter_markers("pinned") for name in mark.args]
        for why in filter(None, map(other_release, pinned)):
            item.add_marker(pytest.mark.skip(reason=why))
        if (shared := shared_by(item)) and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(shared))


def shared_by(item: pytest.Item) -> str:
    """Return the module of an expensive fixture that a test shares with others; an empty string if there is none."""
    defined = getattr(item, "_fixtureinfo", None)  # pytest has no public attribute for this
    found: Sequence[Sequence[Any]] = [*defined.name2fixturedefs.values()] if defined is not None else []
    pairs = [(str(each[-1].func.__module__), str(each[-1].scope)) for each in found]
    dear = {module for module, scope in pairs if module in _DEAR or scope == "module"}
    return min(dear, key=lambda each: (each not in _DEAR, each), default="")


def id_of(item: pytest.Item) -> str:
    """Return the id of a test, with its file relative to this folder."""
    return f"{item.path.relative_to(Path(__file__).parent).as_posix()}::{item.name}"


@functools.cache
def other_release(tool: str) -> str:
    """Return a sentence if the installed release of a tool is not that of constraints.txt; else an empty string."""
    package = _PACKAGES[tool]
    (pinned,) = re.findall(rf"^{package}==(\S+)", _CONSTRAINTS.read_text(encoding="utf-8"), re.MULTILINE)
    here = "" if tool in MISSING else importlib.metadata.version(package)
    return (
        ""
        if here == pinned
        else f"it is of {package} {pinned}, the release in constraints.txt; here is {here or 'none'}"
    )


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Skip a test module that imports a missing tool, or a part of irsmith that needs it."""
    report = yield
    found = _NO_MODULE.search(str(report.longrepr)) if report.failed and MISSING else None
    tool = _TOOL_OF.get(found[1] or found[2], found[1] or found[2]) if found else ""
    if tool in MISSING:
        report.outcome = "skipped"
        report.longrepr = (str(collector.path), 1, f"Skipped: {tool} is not installed")
    return report


def pytest_unconfigure(config: pytest.Config) -> None:
    """Name the tests that failed after everything else, for logs of which only the end is kept."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    found: Mapping[str, Sequence[Any]] = getattr(reporter, "stats", {})  # empty in the workers of pytest-xdist
    for kind in ("failed", "error"):
        for report in found.get(kind, ()):
            reporter.write_line(f"{kind} in {getattr(report, 'when', 'collection')}: {report.nodeid}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Skip a test if its fixtures use a front end whose tool is not installed."""
    del item
    with skipping_without_tool():
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Skip a test if it uses a front end whose tool is not installed."""
    del item
    with skipping_without_tool():
        yield


@contextlib.contextmanager
def skipping_without_tool() -> Generator[None]:
    """Skip the test if the block fails for lack of a tool that is not installed.

    If all tools are installed, a missing front end is an error.
    """
    try:
        yield
    except MissingFrontendError as error:
        if not MISSING:
            raise
        pytest.skip(str(error))
    except ModuleNotFoundError as error:
        if _TOOL_OF.get(error.name or "", error.name) not in MISSING:
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session", autouse=True)
def own_kernel_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Set a separate kernel cache: Warp's usual one is shared by processes, and its module hashes are short."""
    if "warp" in MISSING:
        return
    import warp as wp_module
    from running import quick_compiles

    wp: Any = wp_module
    wp.config.kernel_cache_dir = str(tmp_path_factory.mktemp("warp-cache"))
    quick_compiles()


@pytest.fixture(autouse=True)
def no_lines_of_progress(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Suppress progress lines after silence, which a loaded machine would write, except in tests of progress."""
    if request.path.name != "test_progress.py":
        monkeypatch.setattr(progress_display, "_SILENCE", 600.0)


@pytest.fixture(scope="session", autouse=True)
def shared_processes() -> Iterator[None]:
    """Share the process from which a front end's texts are forked between all tests: it takes seconds to start."""
    with contextlib.ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        start, started = verifier.start_processes, dict[tuple[type, Confinement], Zygote]()

        def shared(prover: Prover, confinement: Confinement) -> contextlib.AbstractContextManager[Zygote]:
            key = (type(prover), confinement)
            if key not in started:
                started[key] = stack.enter_context(start(prover, confinement))
            return contextlib.nullcontext(started[key])

        patch.setattr(verifier, "start_processes", shared)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_workers_unless_asked_for() -> Iterator[None]:
    """Make runs in the test process, as on a machine with one core, because a worker takes seconds to start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handing, "cores", lambda: 1)
        yield


@pytest.fixture
def kernels_folder() -> Path:
    return Path(__file__).parent / "kernels"


@pytest.fixture
def constructs(kernels_folder: Path) -> ModuleType:
    """Return the module of Warp kernels that are hard to extract."""
    return kernels_module(kernels_folder, "constructs")


@pytest.fixture
def functions(kernels_folder: Path) -> ModuleType:
    """Return the module of JAX functions that are hard to extract."""
    return kernels_module(kernels_folder, "functions")


def one_kernel(folder: Path, source: str) -> Kernel:
    """Return the Warp kernel named ``one`` in a source, which is imported as a module with a unique name."""
    (folder / "one.py").write_text(source)
    specification = importlib.util.spec_from_file_location(f"one_{abs(hash(source))}", folder / "one.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    (kernel,) = get_frontend("warp").compiler.discover(module.one)
    assert isinstance(kernel, Kernel)
    return kernel


def kernels_module(folder: Path, name: str) -> ModuleType:
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))
