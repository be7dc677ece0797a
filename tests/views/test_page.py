"""The page about training, followed word for word; nothing is installed, and a model that is made here trains."""

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from test_readme import commands, follow

from synthesis.views.directions import directions_of
from synthesis.views.settings import VIEWS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
MODEL = "Qwen/Qwen3-0.6B"
MISSING = [name for name in ("torch", "transformers", "tokenizers", "trl") if not importlib.util.find_spec(name)]
SMALL = """
from tokenizers import ByteLevelBPETokenizer
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

trained = ByteLevelBPETokenizer()
trained.train_from_iterator(["let in lambda f32"], vocab_size=300, special_tokens=["<pad>", "<end>"])
template = (
    "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}<end>{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)
tokenizer = PreTrainedTokenizerFast(
    tokenizer_object=trained._tokenizer, pad_token="<pad>", eos_token="<end>", chat_template=template
)
tokenizer.save_pretrained("small")
config = LlamaConfig(vocab_size=300, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
                     num_key_value_heads=2, pad_token_id=0, eos_token_id=1)
LlamaForCausalLM(config).save_pretrained("small")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("page")


@pytest.mark.needs("jax")
def test_the_commands_print_what_the_page_says(folder: Path) -> None:
    install, *steps, train = commands(PAGE)
    follow(steps, folder, redirected=" 2>/dev/null")
    assert train == ("python train.py", [])
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert re.findall(r"irsmith\[(\w+)\]", install[0]) == ["all"]
    assert "all" in extras


@pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} of the group training is not installed")
@pytest.mark.needs("jax")
def test_the_script_trains(folder: Path) -> None:
    if not (folder / "sft").exists():
        test_the_commands_print_what_the_page_says(folder)
    (script,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert MODEL in script
    script = script.replace(MODEL, "small").replace("max_steps=100", "max_steps=1, use_cpu=True")
    (folder / "train.py").write_text(script)
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(folder / "home")}
    environment = {**os.environ, **offline, "CUDA_VISIBLE_DEVICES": ""}
    for code in (["-c", SMALL], ["train.py"]):
        result = subprocess.run(
            [sys.executable, *code], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stderr[-3000:]
    assert "train_loss" in result.stdout


@pytest.mark.parametrize("frontend", ["warp", "jax"])
def test_every_direction_and_view_is_on_the_page(frontend: str) -> None:
    table = PAGE[PAGE.index("## Directions") : PAGE.index("## Repairs")]
    listed = [each.replace("LEVEL", "*") for each in re.findall(r"`([^`]+-to-[^`]+)`", table)]
    listed += [f"{prefix}{each.replace('-to-', f'-to-{prefix}')}" for each in listed for prefix in ("vjp_", "jvp_")]
    listed += ["-to-".join(reversed(each.split("-to-"))) for each in listed if each.startswith("cpp")]
    for direction in directions_of(frontend):
        assert any(fnmatchcase(direction.name, each) for each in listed), direction.name
    assert all(f"| `{view}` |" in PAGE for view in VIEWS)
