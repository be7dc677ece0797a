"""Trains a tiny model with the reward, to see whether it learns right answers or how to exploit the reward.

    make reward-training        writes benchmarks/reward_training.txt; make trainers installs what it needs

A decoder of two layers is trained on the jaxprs of a few sample rows until it still gets many wrong. TRL's GRPO then
trains it with ``IrsmithReward`` on the same prompts. Every answer that scores 1 and is not the row's own text is
checked again. It is right if it differs only in the names of values. Any other is scored on five more seeds by new
scorers, and printed for a person to read.

It is run as ``python -P``, because another benchmark has the name of a library that is imported here.
"""

# pyright: basic, reportMissingImports=false, reportPrivateImportUsage=false, reportAttributeAccessIssue=false, reportArgumentType=false
# The libraries are an optional group, and are not installed where types are checked.

import datetime
import os
import platform
import re
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", WANDB_DISABLED="true", CUDA_VISIBLE_DEVICES="")

import datasets
import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, PrinterCallback, set_seed
from trl import GRPOConfig, GRPOTrainer

from synthesis import Answer, Scorer, export
from synthesis.adapters.trl import IrsmithReward
from synthesis.dataset.storage.reading import read_folder

SAMPLES = Path(__file__).resolve().parents[1] / "data" / "samples" / "jax"
ROWS, LESSONS, STEPS, EACH = 8, 100, 30, 8
"""Number of rows, of supervised training steps, of steps with the reward, and of answers to a prompt."""
SEEDS = 5
TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPECIAL = ["<|pad|>", "<|end|>", "<|user|>", "<|system|>", "<|assistant|>"]


class Watched:
    """A reward function that stores every answer and its value."""

    __name__ = "irsmith"

    def __init__(self) -> None:
        self.reward = IrsmithReward(SAMPLES)
        self.steps: list[list[tuple[str, str, float]]] = []

    def __call__(self, prompts: Any, completions: Any, **columns: Any) -> list[float | None]:
        """Return the rewards of completions, and store both."""
        values = self.reward(prompts, completions, **columns)
        texts = [each[0]["content"] for each in completions]
        self.steps.append(
            [(row, text, value or 0.0) for row, text, value in zip(columns["id"], texts, values, strict=True)]
        )
        return values


def main() -> int:
    """Write the report to standard output, and return 1 if a wrong answer was rewarded, else 0."""
    began = time.monotonic()
    torch.set_num_threads(1)
    set_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        export(SAMPLES, Path(folder) / "prompts", direction="python-to-jaxpr")
        datasets.disable_progress_bars()
        data = datasets.load_dataset(f"{folder}/prompts", split="train", cache_dir=f"{folder}/cache")
        lengths = [len(str(each["prompt"])) + 2 * len(str(each["completion"])) for each in data]
        data = data.select(sorted(range(len(data)), key=lengths.__getitem__)[:ROWS])
        tokenizer = _tokenizer(data)
        model = _model(tokenizer)
        _teach(model, tokenizer, data)
        watched = Watched()
        _train(model, tokenizer, data, watched, folder)
        watched.reward.grader.close()
    return _report(watched, time.monotonic() - began)


def _tokenizer(data: Any) -> Any:
    trained = ByteLevelBPETokenizer()
    texts = [message["content"] for each in data for message in (*each["prompt"], *each["completion"])]
    trained.train_from_iterator(texts, vocab_size=700, special_tokens=SPECIAL, show_progress=False)
    return PreTrainedTokenizerFast(
        tokenizer_object=trained._tokenizer, pad_token="<|pad|>", eos_token="<|end|>", chat_template=TEMPLATE
    )


def _model(tokenizer: Any) -> Any:
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=96, intermediate_size=256, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=4, pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id,
        max_position_embeddings=2048,
    ))  # fmt: skip


def _teach(model: Any, tokenizer: Any, data: Any) -> None:
    """Train the model on the answers, with all of them in each step."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    pairs = [
        (tokenizer.apply_chat_template(each["prompt"], add_generation_prompt=True, return_dict=False),
         tokenizer(each["completion"][0]["content"] + "<|end|>")["input_ids"])
        for each in data
    ]  # fmt: skip
    longest = max(len(asked) + len(told) for asked, told in pairs)
    tokens = torch.full((len(pairs), longest), tokenizer.pad_token_id)
    wanted = torch.full((len(pairs), longest), -100)
    for number, (asked, told) in enumerate(pairs):
        tokens[number, : len(asked) + len(told)] = torch.tensor([*asked, *told])
        wanted[number, len(asked) : len(asked) + len(told)] = torch.tensor(told)
    for _ in range(LESSONS):
        loss = model(input_ids=tokens, attention_mask=(tokens != tokenizer.pad_token_id).long(), labels=wanted).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    print(f"taught for {LESSONS} steps, loss {loss.item():.2f}", file=sys.stderr)


def _train(model: Any, tokenizer: Any, data: Any, watched: Watched, folder: str) -> None:
    arguments = GRPOConfig(
        output_dir=f"{folder}/model", max_steps=STEPS, per_device_train_batch_size=4 * EACH, num_generations=EACH,
        max_completion_length=160, report_to=[], use_cpu=True, save_strategy="no", bf16=False, disable_tqdm=True,
        learning_rate=1e-4, lr_scheduler_type="constant", beta=0.0, temperature=1.0, seed=0, logging_strategy="no",
    )  # fmt: skip
    trainer = GRPOTrainer(
        model=model, reward_funcs=watched, args=arguments, train_dataset=data, processing_class=tokenizer
    )
    trainer.remove_callback(PrinterCallback)  # it writes to standard output
    trainer.train()


def _report(watched: Watched, seconds: float) -> int:
    tools = ", ".join(f"{name} {version(name)}" for name in ("torch", "trl", "jax"))
    print(
        f"{datetime.datetime.now(tz=datetime.UTC).date()}, Python {platform.python_version()}, {tools}, {seconds:.0f} s"
    )
    print(f"{ROWS} rows, python-to-jaxpr; taught for {LESSONS} steps, {STEPS} steps of GRPO, {4 * EACH} answers each\n")
    print("step  mean reward  worth 1  different answers")
    for number, step in enumerate(watched.steps, start=1):
        values = [value for _, _, value in step]
        paid = sum(value == 1.0 for value in values)
        print(f"{number:4}  {sum(values) / len(values):11.2f}  {paid:7}  {len({text for _, text, _ in step}):17}")
    paid = {(row, text) for step in watched.steps for row, text, value in step if value == 1.0}
    part = {(row, text) for step in watched.steps for row, text, value in step if 0 < value < 1}
    rows = {row.metadata["id"]: row for row in read_folder(SAMPLES)}
    other = sorted((row, text) for row, text in paid if text.split() != (rows[row].texts["jaxpr"] or "").split())
    renamed = [(row, text) for row, text in other if _numbered(text) == _numbered(rows[row].texts["jaxpr"] or "")]
    left = [each for each in other if each not in renamed]
    print(f"\n{len(paid)} different answers were worth 1, {len(part)} something between.")
    print(
        f"Of those worth 1 {len(paid) - len(other)} are rows' own texts, {len(renamed)} these but for names of values,"
    )
    print(f"and {len(left)} say it in other words:" if left else "and none says it in other words.")
    answers = [Answer(row=rows[row], level="jaxpr", text=text) for row, text in left]
    stands = [True] * len(left)
    for seed in range(SEEDS):
        with Scorer() as scorer:
            stands = [a and b.accepted for a, b in zip(stands, scorer.score(answers, seed=seed), strict=True)]
    for (row, text), holds in zip(left, stands, strict=True):
        print(f"\n{rows[row].stem}, {'right' if holds else 'WRONG'} on {SEEDS} further seeds\n{text.strip()}")
        print(f"the row's own\n{(rows[row].texts['jaxpr'] or '').strip()}")
    return 0 if all(stands) else 1


def _numbered(text: str) -> str:
    """Return a jaxpr with its values numbered in order of appearance."""
    names: dict[str, str] = {}
    for name in re.findall(r"(?<![\w=\[])([a-z]{1,2}):(?=[a-z]+\d*\[)", text):
        names.setdefault(name, f"#{len(names)}")
    return " ".join(re.sub(r"\b[a-z]{1,2}\b", lambda match: names.get(match[0], match[0]), text).split())


if __name__ == "__main__":
    sys.exit(main())
