"""Executes docs/training.md from its install command on, in a new environment. Run by ``make page``.

python try_page.py FOLDER_OF_THE_WHEEL ENVIRONMENT

The wheel is installed instead of a release from a registry. The last command, which trains, needs a model from the
network: tests/views/test_page.py runs it with a model that it makes itself. Here only its imports are checked.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main(wheel: Path, environment: Path) -> None:
    page = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    install, *steps, train = re.findall(r"^\$ (.*)$", page, re.MULTILINE)
    assert install.startswith("pip install 'irsmith["), install
    assert train == "python train.py", train
    imported = re.findall(r"^from (\w+) import", page, re.MULTILINE)
    given = {**os.environ, "PATH": f"{environment / 'bin'}:{os.environ['PATH']}"}
    links = f"{wheel} {os.environ.get('PIP_FIND_LINKS', '')}".strip()
    given |= {"PIP_FIND_LINKS": links, "PIP_CONSTRAINT": str(ROOT / "constraints.txt")}
    given |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_QUIET": "1"}
    given.pop("PYTHONPATH", None)
    with tempfile.TemporaryDirectory() as folder:
        imports = f"python -c 'import {', '.join(imported)}'"
        for command in (f"python -m {install}", *steps, imports):
            print(f"$ {command}", flush=True)  # noqa: T201
            subprocess.run(command, shell=True, cwd=folder, env=given, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
