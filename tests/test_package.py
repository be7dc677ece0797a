"""The cost and the names of importing the package, and its behaviour without a front end's package."""

import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import synthesis
from synthesis import ConfigError, TargetError
from synthesis.frontends import registry


def python(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_importing_loads_neither_warp_nor_jax() -> None:
    result = python(
        "import sys, synthesis, synthesis.cli\n"
        "print([name for name in ('warp', 'jax', 'jaxlib') if name in sys.modules])"
    )
    assert result.stdout.strip() == "[]", result.stderr


def test_to_start_is_to_import_almost_nothing() -> None:
    heavy = (
        "numpy",
        "rich.progress",
        "synthesis.making",
        "synthesis.frontends.base",
        "synthesis.core.settings",
    )
    for arguments in (["--version"], ["--help"]):
        result = python(
            "import sys, synthesis, synthesis.__main__\n"
            f"sys.argv[1:] = {arguments}\n"
            "try: synthesis.__main__.main()\n"
            "except SystemExit as status: assert not status.code\n"
            f"print([name for name in {heavy} if name in sys.modules])"
        )
        assert result.stdout.splitlines()[-1] == "[]", result.stderr


@pytest.mark.needs("jax")
def test_a_row_that_is_not_verified_imports_nothing_that_only_others_need(tmp_path: Path) -> None:
    heavy = ("scipy.special", "scipy.linalg", "jax._src.tpu_custom_call", "jaxlib.triton", "numpy.testing")
    made = ["generate", "--frontend", "jax", "--count", "1", "--verify", "none", "--out", str(tmp_path / "rows")]
    result = python(
        "import sys, synthesis.__main__\n"
        f"sys.argv[1:] = {made}\n"
        "try: synthesis.__main__.main()\n"
        "except SystemExit as status: assert not status.code\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    assert result.stdout.splitlines()[-1] == "[]", result.stderr


@pytest.mark.needs("warp", "jax")
@pytest.mark.parametrize(("name", "package"), [("warp", "warp"), ("jax", "jax"), ("triton", "triton")])
def test_everything_but_the_front_end_works_without_its_package(name: str, package: str) -> None:
    result = python(
        f"import sys; sys.modules['{package}'] = None\n"
        "import synthesis\n"
        f"try: synthesis.KernelGenerator('{name}')\n"
        "except synthesis.MissingFrontendError as error: print(error)\n"
        f"print(synthesis.KernelGenerator('{'jax' if name == 'warp' else 'warp'}').spec(0).name)"
    )
    message, drawn = result.stdout.strip().splitlines()
    assert f"pip install 'irsmith[{name}]'" in message
    assert drawn.isidentifier()


def test_a_missing_front_end_is_a_clear_message_on_the_command_line() -> None:
    result = python(
        "import sys; sys.modules['warp'] = None\n"
        "from synthesis.cli import main\n"
        "main(['generate', '--frontend', 'warp', '--count', '1', '--out', 'nowhere'])"
    )
    assert result.returncode == 2
    assert "irsmith[warp]" in result.stderr
    assert "Traceback" not in result.stderr


def test_public_names_exist_and_are_all_there_is() -> None:
    assert all(hasattr(synthesis, name) for name in synthesis.__all__)
    assert list(synthesis.__all__) == sorted(synthesis.__all__)
    assert set(synthesis.__all__) <= set(dir(synthesis))
    assert not hasattr(synthesis, "no_such_name")


def test_the_standard_library_module_code_stays_itself() -> None:
    import code

    assert hasattr(code, "InteractiveConsole")


@pytest.mark.needs("jax")
def test_a_third_front_end_comes_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [EntryPoint("toy", "synthesis.frontends.jax.frontend:FRONTEND", registry.ENTRY_POINT_GROUP)]
    with fresh_registry(monkeypatch, entries):
        assert registry.frontend_names() == ("warp", "jax", "triton", "toy")
        assert registry.get_frontend("toy").name == "jax"


def test_two_front_ends_of_one_name_name_both_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [EntryPoint("jax", "somewhere.else:FRONTEND", registry.ENTRY_POINT_GROUP)]
    with fresh_registry(monkeypatch, entries), pytest.raises(ConfigError, match="irsmith and somewhere"):
        registry.frontend_names()


class fresh_registry:  # noqa: N801
    """A context manager in which the registry is that of a process with the given entry points."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, entries: list[EntryPoint]) -> None:
        def entry_points(*, group: str) -> list[EntryPoint]:
            return [entry for entry in entries if entry.group == group]

        monkeypatch.setattr(registry, "entry_points", entry_points)

    def __enter__(self) -> None:
        registry.forget()

    def __exit__(self, *_: object) -> None:
        registry.forget()


def test_an_object_of_no_front_end_is_an_error() -> None:
    with pytest.raises(TargetError, match="is not a kernel of any imported front end"):
        synthesis.extract_ir(42)
