"""Questions and ``score_answer`` in the format of reasoning-gym, usable without that library."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synthesis.adapters.grading import Grader, Submitted
from synthesis.adapters.missing import need
from synthesis.adapters.tasks import Task, Tasks, request_of
from synthesis.dataset.storage.listing import Place

NAME = "irsmith"


class IrsmithDataset:
    """The questions of a data set as entries with ``question``, ``answer`` and ``metadata``, and their scorer.

    Args:
        dataset: the folder, or its URL.
        split: use only rows of this split.
        direction: names or patterns of directions; the default ones if None.
        url: the URL of an ``irsmith serve`` server that scores instead of this machine.
        options: further arguments of :class:`synthesis.adapters.grading.Grader`.

    Raises:
        UsageError: for invalid settings or an invalid folder, or if there are no questions.
    """

    def __init__(
        self,
        dataset: Place,
        *,
        split: str | None = None,
        direction: Sequence[str] | str | None = None,
        url: str | None = None,
        **options: Any,
    ) -> None:
        self.tasks = Tasks(dataset, split=split, direction=direction)
        self.grader = Grader(dataset, **options) if url is None else Grader(url=url, **options)

    def __len__(self) -> int:
        """Return the number of questions."""
        return len(self.tasks)

    def __getitem__(self, index: int) -> dict[str, Any]:
        """Return an entry."""
        return entry_of(self.tasks[index], index)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Iterate over all entries."""
        return (self[index] for index in range(len(self)))

    def score_answer(self, answer: str | None, entry: Mapping[str, Any]) -> float:
        """Return the score of an answer to an entry, from 0 to 1."""
        return self.score_answers([answer], [entry])[0]

    def score_answers(self, answers: Sequence[str | None], entries: Sequence[Mapping[str, Any]]) -> list[float]:
        """Return the scores of answers, one for each entry. This is much faster than scoring them one by one."""
        submitted: list[Submitted] = []
        for answer, entry in zip(answers, entries, strict=True):
            facts = entry["metadata"]
            level, given = request_of(facts)
            submitted.append(Submitted(id=facts["id"], level=level, text=answer or "", given=given))
        return [each.value for each in self.grader.score(submitted)]


def entry_of(task: Task, index: int) -> dict[str, Any]:
    """Return a question in the format of reasoning-gym."""
    facts = {"source_dataset": NAME, "source_index": index, **task.facts}
    return {"question": task.text, "answer": task.gold, "metadata": facts}


@dataclass
class IrsmithConfig:
    """The configuration from which reasoning-gym makes the data set; see :class:`IrsmithDataset`."""

    dataset: str = ""
    split: str | None = None
    direction: Sequence[str] | str | None = None
    url: str | None = None
    seed: int | None = None
    """The seed of the inputs that answers are run on; a random one for each call if None."""
    size: int | None = None
    """Maximum number of questions."""


def register(name: str = NAME) -> None:
    """Register the data set, so that ``reasoning_gym.create_dataset(name, dataset=…)`` finds it.

    Raises:
        MissingLibraryError: if reasoning-gym is not installed.
        ValueError: if the name is already registered.
    """
    dataset = need("reasoning_gym.dataset", "reasoning-gym")
    factory = need("reasoning_gym.factory", "reasoning-gym")

    class Registered(IrsmithDataset, dataset.ProceduralDataset):
        """The data set as a subclass of reasoning-gym's."""

        def __init__(self, config: IrsmithConfig) -> None:
            IrsmithDataset.__init__(
                self,
                config.dataset,
                split=config.split,
                direction=config.direction,
                url=config.url,
                seed=config.seed,
            )
            size = len(self.tasks) if config.size is None else min(config.size, len(self.tasks))
            dataset.ProceduralDataset.__init__(self, config=config, seed=config.seed, size=size)

        __len__ = dataset.ProceduralDataset.__len__

    factory.register_dataset(name, Registered, IrsmithConfig)
