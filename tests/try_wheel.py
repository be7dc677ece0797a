"""Tests the installed wheel in an environment without Warp and JAX. Run by ``make wheel``.

python try_wheel.py FOLDER_OF_SAMPLES
"""

import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path


def output_of(*arguments: str, status: int = 0) -> str:
    command = [str(Path(sys.executable).with_name("irsmith")), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == status, (arguments, result)
    assert "Traceback" not in result.stderr, result.stderr
    return result.stdout + result.stderr


def main(samples: Path) -> None:
    assert find_spec("warp") is None
    assert find_spec("jax") is None
    assert find_spec("triton") is None
    import synthesis

    assert "site-packages" in str(synthesis.__file__), synthesis.__file__
    assert output_of("--version").strip() == version("irsmith") == synthesis.__version__
    assert output_of("list").split() == ["warp", "jax", "triton"]
    doctor = output_of("doctor", status=1)
    assert all(f"to fix it: pip install 'irsmith[{name}]'" in doctor for name in ("warp", "jax", "triton")), doctor
    count = len(list((samples / "warp").glob("*.json")))
    assert f"{count} rows" in output_of("stats", str(samples / "warp"))
    assert "__global__" in output_of("show", str(samples / "warp"), "--id", "0", "--level", "cuda_forward", "--raw")
    assert "stablehlo" in output_of("show", str(samples / "jax"), "--id", "0")
    assert f"{count} pairs, 0 runs" in output_of("explore", str(samples / "warp"), "--out", "site")
    assert f"of {count} rows" in output_of("export", str(samples / "warp"), "--out", "sft")
    for arguments in (("generate", "--count", "1", "--out", "out"), ("ops",), ("list",)):
        command, *rest = arguments
        given = ["jax", *rest] if command == "list" else ["--frontend", "jax", *rest]
        assert "pip install 'irsmith[jax]'" in output_of(command, *given, status=2)
    print(f"the wheel of irsmith {version('irsmith')} works by itself")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
