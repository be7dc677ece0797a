"""What exports are for: TRL's own checks of data, and a step or two of its trainer on a model that is made here."""

# pyright: basic, reportMissingImports=false, reportPrivateImportUsage=false, reportAttributeAccessIssue=false
# The libraries are an optional group, and not where the types are checked.

import importlib.util
import os
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from synthesis import export, view_records

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
MISSING = [
    name for name in ("torch", "transformers", "tokenizers", "datasets", "trl") if not importlib.util.find_spec(name)
]
pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} of the group training is not installed"),
    pytest.mark.filterwarnings("default"),
]
os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", WANDB_DISABLED="true", CUDA_VISIBLE_DEVICES="")
TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
CONVERSATIONAL = ("sft", "repair")


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    """A tokenizer of the samples' own texts."""
    from tokenizers import ByteLevelBPETokenizer
    from transformers import PreTrainedTokenizerFast

    trained = ByteLevelBPETokenizer()
    texts = (record["text"] for record in islice(view_records(SAMPLES / "jax", view="pretrain"), 20))
    special = ["<|pad|>", "<|end|>", "<|user|>", "<|system|>", "<|assistant|>"]
    trained.train_from_iterator(texts, vocab_size=600, special_tokens=special, show_progress=False)
    return PreTrainedTokenizerFast(
        tokenizer_object=trained._tokenizer, pad_token="<|pad|>", eos_token="<|end|>", chat_template=TEMPLATE
    )


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each view of a few rows."""
    import shutil

    rows = tmp_path_factory.mktemp("rows")
    for path in sorted((SAMPLES / "jax").glob("*.json"))[:6]:
        shutil.copy(path, rows)
    found = {view: tmp_path_factory.mktemp("views") / view for view in ("sft", "pretrain", "repair")}
    for view, out in found.items():
        more: dict[str, Any] = (
            {"errors": 1} if view == "repair" else {"system": "You are a compiler."} if view == "sft" else {}
        )
        export(rows, out, view=view, **more)
    return found


def loaded(folder: Path, tmp_path: Path) -> Any:
    import datasets

    datasets.disable_progress_bars()
    return datasets.load_dataset(str(folder), split="train", cache_dir=str(tmp_path))


@pytest.mark.parametrize("view", CONVERSATIONAL)
@pytest.mark.needs("jax")
def test_records_are_conversations_to_trl(folders: dict[str, Path], tmp_path: Path, tokenizer: Any, view: str) -> None:
    from trl.data_utils import is_conversational, maybe_apply_chat_template

    for row in loaded(folders[view], tmp_path):
        example = {name: row[name] for name in ("prompt", "completion")}
        assert is_conversational(example)
        rendered = maybe_apply_chat_template(example, tokenizer)
        assert rendered["prompt"].endswith("<|assistant|>")
        assert rendered["completion"] == f"{row['completion'][0]['content']}<|end|>"


@pytest.mark.needs("jax")
def test_documents_are_plain_text_to_trl(folders: dict[str, Path], tmp_path: Path, tokenizer: Any) -> None:
    from trl.data_utils import is_conversational, maybe_apply_chat_template

    for row in loaded(folders["pretrain"], tmp_path):
        example = {"text": row["text"]}
        assert not is_conversational(example)
        assert maybe_apply_chat_template(example, tokenizer) == example


@pytest.mark.parametrize("view", ["sft", "pretrain", "repair"])
@pytest.mark.needs("jax")
def test_trls_trainer_trains_on_a_view(folders: dict[str, Path], tmp_path: Path, tokenizer: Any, view: str) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM
    from trl import SFTConfig, SFTTrainer

    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=2, pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    arguments = SFTConfig(
        output_dir=str(tmp_path / "model"), max_steps=2, per_device_train_batch_size=1, max_length=4096, report_to=[],
        use_cpu=True, save_strategy="no", bf16=False, disable_tqdm=True, logging_steps=1,
        seed=0,
    )  # fmt: skip
    data = loaded(folders[view], tmp_path)
    trainer = SFTTrainer(model=LlamaForCausalLM(config), args=arguments, train_dataset=data, processing_class=tokenizer)
    result = trainer.train()
    assert result.global_step == 2
    assert result.training_loss > 0
    prepared: Any = trainer.train_dataset
    row = prepared[0]
    if view != "pretrain":  # the loss is of the completion alone
        answered = [label for label in row["labels"] if label != -100]
        assert 0 < len(answered) < len(row["input_ids"])
        assert tokenizer.decode(answered) == f"{data[0]['completion'][0]['content']}<|end|>"
