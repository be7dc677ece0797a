"""The page about rewards: its script trains, on a model that is made here."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from synthesis import export

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "rewards.md").read_text(encoding="utf-8")
MODEL = "Qwen/Qwen3-0.6B"
MISSING = [name for name in ("torch", "transformers", "tokenizers", "trl") if not find_spec(name)]
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
                     num_key_value_heads=2, pad_token_id=0, eos_token_id=1, max_position_embeddings=32768)
LlamaForCausalLM(config).save_pretrained("small")
"""


@pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} of the group training is not installed")
@pytest.mark.needs("jax")
def test_the_script_trains(answered_rows: Path, tmp_path: Path) -> None:
    (tmp_path / "pairs").symlink_to(answered_rows)
    export(answered_rows, tmp_path / "sft")
    script = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
    small = "max_completion_length=8, max_steps=1, use_cpu=True, bf16=False, report_to=[], num_generations=4, "
    small += "per_device_train_batch_size=4, logging_steps=1"
    assert MODEL in script
    assert "max_completion_length=4096" in script
    (tmp_path / "train.py").write_text(script.replace(MODEL, "small").replace("max_completion_length=4096", small))
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(tmp_path / "home")}
    environment = {**os.environ, **offline, "CUDA_VISIBLE_DEVICES": ""}
    for code in (["-c", SMALL], ["train.py"]):
        result = subprocess.run(
            [sys.executable, *code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stderr[-3000:]
    assert "rewards/irsmith" in result.stdout
