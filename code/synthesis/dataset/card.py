"""Writes the card of a data set, its ``README.md``: metadata for loaders, then statistics of the rows.

The card does not depend on the folder's name, the machine or the date. The same rows give the same card.
"""

import json
import logging
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from synthesis.core.run_settings import ExtractionRun, Finishing, RelowerRun, options_of
from synthesis.core.stores.base import Store, join
from synthesis.dataset.leaks import describe_report
from synthesis.dataset.runs import RunFolder
from synthesis.dataset.splits import SPLITS
from synthesis.dataset.storage.layout import CARD, SIDECAR, hash_of
from synthesis.dataset.storage.manifest import DataFile
from synthesis.dataset.storage.naming import split_of
from synthesis.dataset.storage.schema import describe_columns
from synthesis.dataset.storage.tables import features_of
from synthesis.dataset.survey import SOURCE, Survey
from synthesis.dataset.tally import leading, nested
from synthesis.frontends.registry import description_of

logger = logging.getLogger(__name__)

_SIZES = {
    1_000: "n<1K",
    10_000: "1K<n<10K",
    100_000: "10K<n<100K",
    1_000_000: "100K<n<1M",
    10_000_000: "1M<n<10M",
}
"""Size categories of the Hugging Face Hub, each under its exclusive upper bound of rows."""
_TAGS = ("code", "compilers", "intermediate-representation", "synthetic", "verified", "irsmith")
_LICENCES = {"Apache-2.0": "apache-2.0", "MIT": "mit", "BSD-3-Clause": "bsd-3-clause", "BSD-2-Clause": "bsd-2-clause"}
"""Hub names of licences by their SPDX identifiers. Any other licence, or several, is ``other``."""
_MOST_REASONS = 3
_MOST_OPS = 40
_LINK = re.compile(r" \(\[[^]]*\]\([^)]*\)\)")
"""Matches a link to a page that is not stored beside the card."""
_WHAT = {
    "source": "exact source",
    "renamed_source": "source after renaming",
    "source_structure": "structure of the source",
    "ir": "exact texts",
    "ir_structure": "structure of the first text",
}


@dataclass(frozen=True, slots=True)
class Card:
    """The content of a card."""

    survey: Survey
    runs: Sequence[RunFolder]
    levels: Mapping[str, Iterable[str]]
    """Maps each front end to the levels that its rows have columns for."""
    files: Sequence[DataFile]
    finishing: Finishing

    def to_text(self) -> str:
        """Return the card as Markdown."""
        parts = [self._head(), *self._beginning(), *self._splits(), *self._contents(), *self._proofs()]
        parts += [*self._lengths(), *self._losses(), *self._making(), *self._columns()]
        return "\n".join(parts) + "\n"

    # Metadata for loaders

    def _head(self) -> str:
        survey = self.survey
        entries: dict[str, Any] = {
            "license": self._licence(),
            "pretty_name": self._title(),
            "language": ["en"],
            "task_categories": ["text-generation"],
            "tags": [*_TAGS, *(tag for name in self._frontends() for tag in description_of(name).tags or (name,))],
            "size_categories": [next((name for most, name in _SIZES.items() if survey.rows < most), "10M<n<100M")],
        }
        if configs := list(self._configs()):
            entries["configs"] = configs
        if self.finishing.format == "parquet":
            entries["dataset_info"] = [self._info(name) for name in self._frontends()]
        return "---\n" + "\n".join(_yaml(entries)) + "\n---\n"

    def _licence(self) -> str:
        (known, *others) = [_LICENCES.get(each, "other") for each in self.survey.licences] or ["apache-2.0"]
        return "other" if others else known

    def _frontends(self) -> list[str]:
        return list(self.levels)

    def _configs(self) -> Iterator[dict[str, Any]]:
        if self.finishing.format == "json":
            path = "*/*.json" if any("/" in file.name for file in self.files) else "*.json"
            yield {"config_name": "default", "data_files": [{"split": "train", "path": path}]}
        if self.finishing.format != "parquet":
            return
        # With several front ends there is no default configuration; a loader that names none then lists them.
        only = {"default": True} if len(self._frontends()) == 1 else {}
        for frontend in self._frontends():
            files = [{"split": split, "path": f"{frontend}/{split}-*.parquet"} for split in self._rows_of(frontend)]
            yield {"config_name": frontend, "data_files": files, **only}

    def _rows_of(self, frontend: str) -> dict[str, int]:
        """Return the number of rows by split, for the splits that have a file."""
        found: dict[str, int] = dict.fromkeys(SPLITS, -1)
        for file in self.files:
            if file.name.startswith(f"{frontend}/"):
                split = split_of(file.name)
                found[split] = max(0, found[split]) + file.rows
        return {split: rows for split, rows in found.items() if rows >= 0}

    def _info(self, frontend: str) -> dict[str, Any]:
        rows = self._rows_of(frontend)
        sizes = {split: self.survey.sizes[frontend, split] for split in rows}
        splits = [{"name": split, "num_bytes": sizes[split], "num_examples": rows[split]} for split in rows]
        return {
            "config_name": frontend,
            "features": features_of(self.levels[frontend]),
            "splits": splits,
            "dataset_size": sum(sizes.values()),
        }

    # Text for readers

    def _title(self) -> str:
        return f"Python kernels and their compiler IR: {', '.join(self._frontends()) or 'no rows'}"

    def _beginning(self) -> Iterator[str]:
        survey = self.survey
        yield f"# {self._title()}\n"
        yield (
            f"{survey.rows:,} pairs of a Python kernel and the intermediate representations (IR) to which its compiler "
            f"lowers it, made by irsmith. After renaming, they are {survey.programs:,} different programs, and "
            f"{survey.structures:,} without their numbers. All figures below are computed from these rows.\n"
        )
        if self.finishing.format == "parquet":
            first = next(iter(self._frontends()), "FRONTEND")
            yield (
                "```python\nfrom datasets import load_dataset\n\n"
                f'rows = load_dataset("PATH", "{first}", split="train")\n'
                'print(rows[0]["python_source"])\n```\n'
            )

    def _splits(self) -> Iterator[str]:
        report = self.survey.leaks
        if self.finishing.format != "parquet":
            return
        yield "## Splits\n"
        yield (
            "The structure of a row's source determines its split, so no row changes its split when the data set "
            "grows. A row is left out if the structure of its Python or IR is already in another split.\n"
        )
        rows = [[frontend, *(found["rows"].get(split, 0) for split in SPLITS)] for frontend, found in self._leaks()]
        yield _table(["front end", *SPLITS], rows)
        yield "Number of values that two splits share, counted in the written rows:\n"
        rows = [
            [frontend, pair.replace("/", " and "), *counts.values()]
            for frontend, found in self._leaks()
            for pair, counts in found["shared"].items()
        ]
        yield _table(["front end", "splits", *_WHAT.values()], rows)
        yield from (f"{line}.\n" for line in describe_report(report))

    def _leaks(self) -> Iterable[tuple[str, dict[str, Any]]]:
        return self.survey.leaks["splits"].items()

    def _contents(self) -> Iterator[str]:
        survey = self.survey
        yield "## Contents\n"
        yield _table(
            ["front end", "category", "rows"], [[*key, count] for key, count in sorted(survey.categories.items())]
        )
        yield _table(["difficulty", "rows"], [[level, survey.difficulty[level]] for level in sorted(survey.difficulty)])
        if survey.ops:
            few = sum(count < 10 for count in survey.ops.values())
            listed = ", ".join(f"{name} {count:,}" for name, count in survey.ops.most_common(_MOST_OPS))
            yield (
                f"Kernels were drawn with {len(survey.ops)} operations, {few} of them in fewer than ten rows. The most "
                f"frequent ones, with their numbers of rows: {listed}.\n"
            )

    def _proofs(self) -> Iterator[str]:
        survey = self.survey
        yield "## Verification\n"
        yield (
            "A text is verified if it was executed as it is stored, and its results agree with an independent "
            "implementation of the Python, the oracle. The ledger has the reasons for absent levels.\n"
        )
        why = nested(survey.unverified)
        absent = nested(survey.dropped)
        rows = [
            [
                f"`{level}`",
                survey.levels[level],
                survey.verified[level],
                survey.rows - survey.levels[level] if len(self._frontends()) == 1 else survey.missing[level],
                "; ".join(leading(why.get(level, {}), _MOST_REASONS)),
                "; ".join(leading(absent.get(level, {}), _MOST_REASONS)),
            ]
            for level in survey.levels
        ]
        yield _table(["level", "texts", "verified", "absent", "not verified because", "absent because"], rows)
        for (level, how), count in sorted(self.survey.proofs.items()):
            yield f"{count:,} texts of `{level}` were not run, but {how} again, with the same bytes.\n"
        yield "Derivatives, compared with finite differences of the oracle in double precision:\n"
        yield _table(["gradient", "rows"], [[name, count] for name, count in survey.gradients.most_common()])

    def _lengths(self) -> Iterator[str]:
        yield "## Lengths\n"
        tokens = ["tokens"] if self.survey.count_tokens is not None else []
        rows = [
            [
                f"`{each.column}`", each.texts, each.shortest, each.median, each.most, each.longest, each.characters,
                *([each.tokens] if tokens else []),
            ]
            for each in self.survey.lengths
        ]  # fmt: skip
        head = ["column", "texts", "lines: least", "median", "90 %", "most", "characters", *tokens]
        yield _table(head, rows)

    def _losses(self) -> Iterator[str]:
        if not self.survey.rejections and not self.survey.dropped:
            return
        yield "## What is missing\n"
        yield (
            "`_irsmith/rejections.jsonl` has a line for every candidate that is not a row, and for every level that a "
            "row lacks.\n"
        )
        rows = [[stage, symptom, count] for (stage, symptom), count in sorted(self.survey.rejections.items())]
        if rows:
            yield _table(["stage", "symptom", "candidates"], rows)

    def _making(self) -> Iterator[str]:
        yield "## How to reproduce it\n"
        yield "With these versions, these commands make the same bytes:\n"
        commands = [_command_of(run, f"run-{number}") for number, run in enumerate(self.runs, start=1)]
        folders = " ".join(f"run-{number}" for number in range(1, len(self.runs) + 1))
        merged = " --out data" if len(self.runs) > 1 else ""
        commands.append(f"irsmith finalize {folders}{merged}{options_of(self.finishing)}")
        yield "```console\n" + "\n".join(commands) + "\n```\n"
        yield _table(["run", "front end", "seed", "candidates"], map(_run_row, self.runs))
        rows = [[_versions(each), count] for each, count in self.survey.toolchains.most_common()]
        yield _table(["versions", "rows"], rows)

    def _columns(self) -> Iterator[str]:
        levels = ", ".join(f"`{level}`" for level in dict.fromkeys(n for each in self.levels.values() for n in each))
        yield "## Columns\n"
        yield (
            f"`{SOURCE}` is the kernel, complete after its imports; {levels or 'the levels'} are the texts, null where "
            "a row has none. The other columns are:\n"
        )
        yield _LINK.sub("", describe_columns()).replace(
            "see below", "arguments, results, launch: what determines behaviour"
        )


def write_card(store: Store, card: Card, before: DataFile | None) -> list[DataFile]:
    """Write the card of a data set, or write it to the sidecar folder if the user has edited the existing one.

    Args:
        store: the folder.
        card: the card.
        before: the record of the card written last; None if there was none.

    Returns:
        The card as a file of the data set; empty if it was written to the sidecar folder.
    """
    content = card.to_text().encode()
    there = store.read(CARD) if store.has(CARD) else content
    if there == content or (before is not None and hash_of(there) == before.hash):
        store.write(CARD, content)
        return [DataFile(CARD, 0, hash_of(content))]
    name = join(SIDECAR, CARD)
    store.write(name, content)
    logger.warning("%s has been edited, so it is kept; the new card is %s", join(store.where, CARD), name)
    return []


def _command_of(run: RunFolder, out: str) -> str:
    """Return the command that makes a run again. For drawn kernels it reads the settings stored with the run."""
    if isinstance(run.settings, ExtractionRun):
        target = f"{'--recorded ' if run.settings.recorded else ''}{shlex.quote(run.settings.target)}"
        return f"irsmith extract {target}{options_of(run.settings)} --out {out}"
    if isinstance(run.settings, RelowerRun):
        return f"irsmith relower {shlex.quote(run.settings.folder)}{options_of(run.settings)} --out {out}"
    return f"irsmith generate --config {run.inside}/run.json --out {out}"


def _run_row(run: RunFolder) -> list[object]:
    """Return the cells of a run in the card's table."""
    settings = run.settings
    if isinstance(settings, ExtractionRun):
        return [run.name, f"`{settings.target}`", "", f"{settings.count:,} files"]
    if isinstance(settings, RelowerRun):
        return [run.name, f"`{settings.folder}`", "", f"{settings.count:,} rows"]
    return [run.name, settings.frontend, str(settings.seed), settings.count]


def _versions(toolchain: str) -> str:
    return ", ".join(f"{name} {version}" for name, version in json.loads(toolchain).items())


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table. Integers have thousands separators."""
    listed = [[f"{each:,}" if isinstance(each, int) else _cell(str(each)) for each in row] for row in rows]
    lines = [head, ["---" for _ in head], *listed]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _yaml(value: Any, indent: int = 0) -> Iterator[str]:
    """Yield the YAML lines of a mapping or list of strings, numbers, mappings and lists. Strings are quoted as JSON."""
    pad = " " * indent
    if isinstance(value, Mapping):
        for name, each in cast(Mapping[str, Any], value).items():
            if isinstance(each, Mapping | list):
                yield f"{pad}{name}:"
                yield from _yaml(each, indent + 2)
            else:
                yield f"{pad}{name}: {json.dumps(each)}"
        return
    for each in value:
        if isinstance(each, Mapping):
            first, *rest = _yaml(each, indent + 2)
            yield f"{pad}- {first.lstrip()}"
            yield from rest
        else:
            yield f"{pad}- {json.dumps(each)}"
