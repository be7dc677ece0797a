"""Which releases of the tools are refused, used with a warning, or simply used."""

import logging
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from synthesis import MissingFrontendError, UnsupportedReleaseError
from synthesis.core.examples import NO_EXAMPLES
from synthesis.frontends import registry, support
from synthesis.frontends.jax.supported import SUPPORTED as JAX
from synthesis.frontends.support import PYTHON, Supported
from synthesis.frontends.warp.supported import SUPPORTED as WARP
from synthesis.making.sources import targets

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
NEWEST = JAX[0].tested[-1]


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    """Front ends and warnings as in a process that has looked for none."""
    registry.forget()
    yield
    registry.forget()


def pretend(monkeypatch: pytest.MonkeyPatch, versions: Mapping[str, str | None]) -> None:
    """Have the metadata of packages say other versions, or that there are none."""

    def version(distribution: str) -> str:
        if versions.get(distribution) is None:
            raise PackageNotFoundError(distribution)
        return str(versions[distribution])

    monkeypatch.setattr(support, "version", version)


@pytest.mark.parametrize(
    ("name", "versions"),
    [("warp", {"warp-lang": "1.0.0"}), ("jax", {"jax": "0.9.2", "jaxlib": "0.9.2"})],
)
def test_an_older_release_is_refused_with_what_to_install(
    name: str, versions: dict[str, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, versions)
    (first, *_) = registry.supported_releases(name)
    with pytest.raises(UnsupportedReleaseError) as caught:
        registry.get_frontend(name)
    words = str(caught.value)
    assert f"{first.distribution} {first.oldest} or later" in words
    assert f"{versions[first.distribution]} is installed" in words
    assert f"pip install '{first.distribution}>={first.oldest}'" in words
    assert registry.frontend_modules(name) == []


def test_a_release_is_refused_before_the_tool_or_what_touches_it_is_imported() -> None:
    program = (
        "import sys\n"
        "from synthesis import UnsupportedReleaseError, get_frontend\n"
        "from synthesis.frontends import support\n"
        "support.version = lambda name: '0.1'\n"
        "for name in ('warp', 'jax'):\n"
        "    try: get_frontend(name)\n"
        "    except UnsupportedReleaseError: print('refused', name)\n"
        "print([each for each in sys.modules if each in ('warp', 'jax', 'jaxlib') or each.endswith('.lowering')])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["refused warp", "refused jax", "[]"], done.stderr


def test_a_missing_tool_names_the_extra_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, {"jax": NEWEST})
    with pytest.raises(MissingFrontendError, match=r"'jaxlib', which is not installed.*irsmith\[jax\]") as caught:
        registry.get_frontend("jax")
    assert not isinstance(caught.value, UnsupportedReleaseError)


def warnings_of(name: str, caplog: pytest.LogCaptureFixture) -> list[str]:
    with caplog.at_level(logging.WARNING):
        registry.warn_of_releases(name)
        registry.warn_of_releases(name)
    return [each.getMessage() for each in caplog.records]


def test_a_newer_release_is_one_line_that_names_it_and_the_tested_ones(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pretend(monkeypatch, {"warp-lang": "99.1"})
    registry.check_releases("warp")
    (line,) = warnings_of("warp", caplog)
    assert line.startswith("irsmith: warp-lang 99.1 is newer")
    assert line.endswith(f"({', '.join(WARP[0].tested)})")


def test_a_tested_release_is_no_line(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    for tested in JAX[0].tested:
        pretend(monkeypatch, {"jax": tested, "jaxlib": tested})
        registry.check_releases("jax")
        assert warnings_of("jax", caplog) == []


def test_parts_of_different_releases_are_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pretend(monkeypatch, {"jax": "0.12.0.1", "jaxlib": "0.11.2"})
    registry.check_releases("jax")
    assert warnings_of("jax", caplog) == ["irsmith: jaxlib 0.11.2 and jax 0.12.0.1 are different releases"]
    pretend(monkeypatch, {"jax": "0.10.2", "jaxlib": "0.11.2"})
    with pytest.raises(UnsupportedReleaseError, match=r"jaxlib 0\.11\.2 is newer than jax 0\.10\.2.*pip install"):
        registry.check_releases("jax")


@pytest.mark.parametrize(
    ("version", "tested", "old", "new"),
    [
        ("1.2", True, False, False),
        ("1.2.0", True, False, False),
        ("1.2+cu13", True, False, False),
        ("1.3", False, False, False),
        ("1.4.1", False, False, True),
        ("1.5.0.dev3", False, False, True),
        ("1.2.0rc1", False, True, False),
        ("1.1", False, True, False),
        ("unknown", False, False, True),
        (None, False, False, False),
    ],
)
def test_versions_are_compared_as_versions(version: str | None, tested: bool, old: bool, new: bool) -> None:
    found = support.Installed(
        supported=Supported(distribution="tool", oldest="1.2", tested=("1.2", "1.4")), version=version
    )
    assert (found.is_tested, found.is_too_old, found.is_too_new) == (tested, old, new)


def test_a_newer_python_is_told(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(support.platform, "python_version_tuple", lambda: ("3", "99", "0"))
    pretend(monkeypatch, {"warp-lang": WARP[0].oldest})
    (line,) = warnings_of("warp", caplog)
    assert line.startswith("irsmith: Python 3.99 is newer")


@pytest.mark.needs("jax")
def test_the_command_line_says_it_once_and_its_workers_do_not_repeat_it(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.metadata as metadata\n"
        "real = metadata.version\n"
        "metadata.version = lambda name: '99.1' if name in ('jax', 'jaxlib') else real(name)\n"
    )
    program = (
        "import sys; sys.path.insert(0, sys.argv.pop()); import sitecustomize\nfrom synthesis.cli import main; main()"
    )
    made = ["--frontend", "jax", "--count", "4", "--chunk-size", "1", "--workers", "2", "--progress", "none"]
    done = subprocess.run(
        [sys.executable, "-c", program, "generate", *made, "--out", str(tmp_path / "rows"), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert [line.split(" is newer")[0] for line in lines] == ["irsmith: jax 99.1", "irsmith: jaxlib 99.1"]


@pytest.mark.needs("warp", "jax")
def test_a_module_of_a_refused_tool_is_no_module_without_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    import jax
    import warp  # noqa: F401  # pyright: ignore[reportUnusedImport]

    pretend(monkeypatch, {"warp-lang": "1.0.0", "jax": JAX[0].oldest, "jaxlib": JAX[0].oldest})
    with pytest.raises(UnsupportedReleaseError, match=r"warp-lang 1\.0\.0|1\.0\.0 is installed"):
        targets.choose_frontends(jax.nn, None, NO_EXAMPLES)


def requirements() -> dict[str, SpecifierSet]:
    project = tomllib.loads(PYPROJECT.read_text())["project"]
    texts = [*project["dependencies"], *(each for extra in project["optional-dependencies"].values() for each in extra)]
    named = [Requirement(text) for text in texts if not text.startswith("irsmith[")]
    return {each.name: each.specifier for each in named} | {"Python": SpecifierSet(project["requires-python"])}


@pytest.mark.parametrize("supported", [*WARP, *JAX, PYTHON], ids=lambda each: each.distribution)
def test_the_package_asks_for_the_oldest_supported_release(supported: Supported) -> None:
    assert requirements()[supported.distribution] == SpecifierSet(f">={supported.oldest}")
    assert supported.oldest in supported.tested


def test_no_dependency_has_an_upper_bound() -> None:
    asked = requirements()
    assert len(asked) > 15
    for name, specifiers in asked.items():
        assert [each.operator for each in specifiers] == [">="], f"{name}{specifiers}"
    groups = tomllib.loads(PYPROJECT.read_text())["dependency-groups"]
    asked_for = [each for group in groups.values() for each in group if isinstance(each, str)]
    bounded = [each for each in asked_for if re.search(r"[<=~]=|<", each.replace(">=", ""))]
    assert bounded == ["pytest>=8.3,<9.2"]
