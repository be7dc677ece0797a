"""The reward for TRL: what it pays, and a few steps of its trainer on a model that is made here."""

# pyright: basic, reportMissingImports=false, reportPrivateImportUsage=false, reportAttributeAccessIssue=false, reportArgumentType=false
# The libraries are an optional group, and not where the types are checked.

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synthesis import ConfigError, export
from synthesis.adapters.trl import IrsmithReward

MISSING = [
    name for name in ("torch", "transformers", "tokenizers", "datasets", "trl") if not importlib.util.find_spec(name)
]
pytestmark = pytest.mark.needs("jax")
DIRECTION = "python-to-stablehlo"
os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", WANDB_DISABLED="true", CUDA_VISIBLE_DEVICES="")
TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


@pytest.fixture(scope="module")
def reward(answered_rows: Path) -> Iterator[IrsmithReward]:
    found = IrsmithReward(answered_rows, seed=0)
    yield found
    found.grader.close()


@pytest.fixture(scope="module")
def records(answered_rows: Path) -> list[dict[str, Any]]:
    from generations import questions_of

    return questions_of(answered_rows, DIRECTION)


def columns_of(records: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [each[name] for each in records] for name in ("prompt", "id", "direction", "level")}


def test_gold_is_worth_one_and_a_wrong_text_nothing(reward: IrsmithReward, records: list[dict[str, Any]]) -> None:
    columns: Any = columns_of(records)
    prompts = columns.pop("prompt")
    told: dict[str, float] = {}
    golds = [each["completion"] for each in records]
    assert reward(prompts, golds, log_metric=told.__setitem__, **columns) == [1.0] * len(records)
    assert told == {"irsmith/accepted": 1.0}
    texts = ["module {}", "", golds[2][0]["content"], f"```mlir\n{golds[3][0]['content']}```"]
    assert reward(prompts, texts, **columns) == [0.0, 0.0, 1.0, 1.0]


def test_columns_that_are_missing_are_named(reward: IrsmithReward) -> None:
    with pytest.raises(ConfigError, match="id and direction"):
        reward(["?"], ["x"], index=[3])


@pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} of the group training is not installed")
@pytest.mark.filterwarnings("default")
def test_trls_trainer_is_paid_by_it(answered_rows: Path, tmp_path: Path, reward: IrsmithReward) -> None:
    import datasets
    from tokenizers import ByteLevelBPETokenizer
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
    from trl import GRPOConfig, GRPOTrainer

    export(answered_rows, tmp_path / "prompts", direction=DIRECTION)
    datasets.disable_progress_bars()
    data = datasets.load_dataset(str(tmp_path / "prompts"), split="train", cache_dir=str(tmp_path / "cache"))
    trained = ByteLevelBPETokenizer()
    special = ["<|pad|>", "<|end|>", "<|user|>", "<|system|>", "<|assistant|>"]
    trained.train_from_iterator(["module f32"], vocab_size=300, special_tokens=special, show_progress=False)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=trained._tokenizer, pad_token="<|pad|>", eos_token="<|end|>", chat_template=TEMPLATE
    )
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=2, pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id,
        max_position_embeddings=16384,
    )  # fmt: skip
    arguments = GRPOConfig(
        output_dir=str(tmp_path / "model"), max_steps=2, per_device_train_batch_size=4, num_generations=4,
        max_completion_length=8, report_to=[], use_cpu=True, save_strategy="no", bf16=False, disable_tqdm=True,
        logging_steps=1, seed=0,
    )  # fmt: skip
    trainer = GRPOTrainer(
        model=LlamaForCausalLM(config), reward_funcs=reward, args=arguments, train_dataset=data,
        processing_class=tokenizer,
    )  # fmt: skip
    assert trainer.train().global_step == 2
    logged = [each for each in trainer.state.log_history if "rewards/irsmith/mean" in each]
    assert [each["rewards/irsmith/mean"] for each in logged] == [0.0, 0.0]  # a model that knows nothing
    assert [each["irsmith/accepted"] for each in logged] == [0.0, 0.0]
