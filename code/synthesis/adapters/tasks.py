"""The questions of all adapters: prompts as in ``irsmith export --view sft``, with facts about their rows."""

import json
import tempfile
import weakref
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from synthesis.core.errors import TargetError
from synthesis.dataset.storage.listing import Place
from synthesis.scoring.evaluation.questions import PYTHON, direction_of
from synthesis.views.exporting import view_records

FACTS = ("id", "direction", "frontend", "kernel_name", "category", "difficulty", "split")
"""The columns that accompany a prompt: enough to score an answer, without revealing it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A question about a row."""

    prompt: Sequence[Mapping[str, str]]
    """Messages: objects with ``role`` and ``content``."""
    gold: str
    """The row's own text. Other texts with the same results are right as well."""
    facts: Mapping[str, Any]
    """The columns of :data:`FACTS`."""

    @property
    def key(self) -> str:
        """The name of the question, unique within the data set."""
        return f"{self.facts['id']}/{self.facts['direction']}"

    @property
    def text(self) -> str:
        """The prompt as a single string."""
        return "\n\n".join(each["content"] for each in self.prompt)

    @property
    def request(self) -> tuple[str, str]:
        """The requested level, or ``python``, and the level shown with a request for Python (else empty)."""
        return request_of(self.facts)


def request_of(record: Mapping[str, Any]) -> tuple[str, str]:
    """Return what a record requests, and the level shown with the request.

    The first is a level or ``python``. The second is empty unless Python is requested.

    Raises:
        TargetError: if it names neither a direction nor a level.
    """
    given, target = direction_of(record, f"the record of row {record.get('id')}")
    return target, given[0] if target == PYTHON and given else ""


def tasks_of(dataset: Place, *, split: str | None = None, **settings: Any) -> Iterator[Task]:
    """Yield the questions of a data set.

    Args:
        dataset: the folder, or its URL.
        split: use only rows of this split.
        settings: fields of :class:`synthesis.Export` by name, such as ``direction``.

    Raises:
        UsageError: for invalid settings or an invalid folder.
    """
    for record in view_records(dataset, view="sft", **settings):
        if split is None or record["split"] == split:
            facts = {name: record[name] for name in FACTS}
            yield Task(prompt=record["prompt"], gold=record["completion"][0]["content"], facts=facts)


class Tasks(Sequence[Task]):
    """The questions of a data set by number. They are stored on disk, so their number is not limited by memory.

    Args:
        dataset: the folder, or its URL.
        split: use only rows of this split.
        settings: fields of :class:`synthesis.Export` by name, such as ``direction``.

    Raises:
        UsageError: for invalid settings or an invalid folder, or if there are no questions.
    """

    def __init__(self, dataset: Place, *, split: str | None = None, **settings: Any) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (it lives as long as this object)
        weakref.finalize(self, self._file.close)
        self._starts = array("q")
        for each in tasks_of(dataset, split=split, **settings):
            self._starts.append(self._file.tell())
            self._file.write(json.dumps([each.prompt, each.gold, each.facts]).encode() + b"\n")
        if not self._starts:
            raise TargetError(f"no questions in {dataset}{f', split {split}' if split else ''}about verified texts")

    def __len__(self) -> int:
        """Return the number of questions."""
        return len(self._starts)

    @overload
    def __getitem__(self, index: int) -> Task: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Task]: ...
    def __getitem__(self, index: int | slice) -> Task | Sequence[Task]:
        """Return a question, or several."""
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        self._file.seek(self._starts[index])
        prompt, gold, facts = json.loads(self._file.readline())
        return Task(prompt=prompt, gold=gold, facts=facts)
