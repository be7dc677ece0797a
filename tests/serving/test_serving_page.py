"""The page about the server: its command, its question and its answer, its script."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from generations import gold, questions_of
from servers import MISSING, serving
from test_readme import commands

PAGE = (Path(__file__).parents[2] / "docs" / "serving.md").read_text(encoding="utf-8")
pytestmark = [
    pytest.mark.needs("jax"),
    pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} of the extra serve is not installed"),
]


def test_the_page_asks_and_is_answered_as_it_says(answered_rows: Path) -> None:
    (serve, told), (curl, _) = commands(PAGE)
    options = serve.removeprefix("irsmith serve --dataset pairs ").split()
    (answer,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    record = questions_of(answered_rows, "python-to-jaxpr")[0]
    with serving(answered_rows, *options) as server:
        assert told[0].endswith("24 rows of pairs, 4 workers")
        asked = curl.replace("http://127.0.0.1:8000", server.url).replace("f1f3…", record["id"])
        said = json.loads(subprocess.run(["bash", "-c", asked], capture_output=True, check=True).stdout)
        expected = json.loads(answer)
        assert {**said, "message": "…"} == expected
        (script,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
        names: dict[str, Any] = {
            "prompts": [record["prompt"]], "completions": [gold(record)], "ids": [record["id"]],
            "directions": [record["direction"]],
        }  # fmt: skip
        setup, call = script.replace("http://127.0.0.1:8000", server.url).rsplit("\n", 2)[:2]
        exec(setup, names)  # our own page
        assert eval(call, names) == [1.0]
