"""Prompts with the rows that they are about: what every adapter asks, as ``irsmith export --view sft`` words it."""

import json
import tempfile
import weakref
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from synthesis.core.errors import TargetError
from synthesis.dataset.storage.reading import Place
from synthesis.scoring.evaluation.questions import PYTHON, asked_of
from synthesis.views.exporting import view_records

FACTS = ("id", "direction", "frontend", "kernel_name", "category", "difficulty", "split")
"""What of a record goes along with a prompt: enough to score an answer, and nothing of the answer itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A question about a row."""

    prompt: Sequence[Mapping[str, str]]
    """Messages: objects with ``role`` and ``content``."""
    gold: str
    """The row's own text; others that do the same are right too."""
    facts: Mapping[str, Any]
    """The columns of :data:`FACTS`."""

    @property
    def key(self) -> str:
        """What names it in its data set."""
        return f"{self.facts['id']}/{self.facts['direction']}"

    @property
    def text(self) -> str:
        """The prompt as one text."""
        return "\n\n".join(each["content"] for each in self.prompt)

    @property
    def asked(self) -> tuple[str, str]:
        """What is asked for, and of the way back the level that was shown; see :func:`asked_for`."""
        return asked_for(self.facts)


def asked_for(record: Mapping[str, Any]) -> tuple[str, str]:
    """What a record asks for: a level or ``python``; and of the way back the level that was shown, else nothing.

    Raises:
        TargetError: if it names neither a direction nor a level.
    """
    given, target = asked_of(record, f"the record of row {record.get('id')}")
    return target, given[0] if target == PYTHON and given else ""


def tasks_of(dataset: Place, *, split: str | None = None, **settings: Any) -> Iterator[Task]:
    """The questions of a data set, one by one.

    Args:
        dataset: the folder, or its URL.
        split: of rows of this split alone.
        settings: fields of :class:`synthesis.Export` by name, such as ``direction``.

    Raises:
        UsageError: for settings or a folder that cannot be used.
    """
    for record in view_records(dataset, view="sft", **settings):
        if split is None or record["split"] == split:
            facts = {name: record[name] for name in FACTS}
            yield Task(prompt=record["prompt"], gold=record["completion"][0]["content"], facts=facts)


class Tasks(Sequence[Task]):
    """The questions of a data set by number, on disk, so that there may be any number of them.

    Args:
        dataset: the folder, or its URL.
        split: of rows of this split alone.
        settings: fields of :class:`synthesis.Export` by name, such as ``direction``.

    Raises:
        UsageError: for settings or a folder that cannot be used, or if there are no questions.
    """

    def __init__(self, dataset: Place, *, split: str | None = None, **settings: Any) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (it is there as long as this is)
        weakref.finalize(self, self._file.close)
        self._starts = array("q")
        for each in tasks_of(dataset, split=split, **settings):
            self._starts.append(self._file.tell())
            self._file.write(json.dumps([each.prompt, each.gold, each.facts]).encode() + b"\n")
        if not self._starts:
            raise TargetError(f"no questions in {dataset}{f', split {split}' if split else ''}, of what is verified")

    def __len__(self) -> int:
        """How many there are."""
        return len(self._starts)

    @overload
    def __getitem__(self, index: int) -> Task: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Task]: ...
    def __getitem__(self, index: int | slice) -> Task | Sequence[Task]:
        """A question, or several."""
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        self._file.seek(self._starts[index])
        prompt, gold, facts = json.loads(self._file.readline())
        return Task(prompt=prompt, gold=gold, facts=facts)
