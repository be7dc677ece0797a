"""A taskset for verifiers (``verifiers.v1``): prompts as tasks, rewarded by the scorer."""

# pyright: basic, reportMissingImports=false
# The library is not installed where types are checked.

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from synthesis.adapters.grading import Grader, Submitted
from synthesis.adapters.missing import need
from synthesis.adapters.tasks import request_of, tasks_of
from synthesis.core.errors import ConfigError
from synthesis.dataset.storage.index import RowIndex
from synthesis.scoring.scores import Score

if TYPE_CHECKING:
    import verifiers.v1 as vf
else:
    vf = need("verifiers.v1", "verifiers")

__all__ = ["IrsmithTaskset"]


class IrsmithTasksetConfig(vf.TasksetConfig):
    """The configuration of the taskset; ``--env.taskset.…`` on verifiers' command lines."""

    dataset: str = ""
    """The folder of pairs, or its URL."""
    split: str | None = None
    """Use only rows of this split."""
    direction: list[str] | None = None
    """Names or patterns of directions; the default ones if None."""
    url: str | None = None
    """The URL of an ``irsmith serve`` server that scores instead of this machine."""
    seed: int | None = None
    """The seed of the inputs that answers are run on; a random one for each call if None."""


class IrsmithData(vf.TaskData):
    """A question. It does not reveal the answer."""

    facts: dict[str, Any]
    """The row's id, the direction, and properties of the row."""


class IrsmithTask(vf.Task[IrsmithData, vf.State, vf.TaskConfig]):
    """A question with the grader of its answers."""

    grader: Grader
    dataset: str

    @property
    def key(self) -> str:
        """The row's id and the direction, which are the same in every run."""
        return f"{self.data.facts['id']}/{self.data.facts['direction']}"

    @vf.reward(weight=1.0)
    async def value(self, trace: Any) -> float:
        """Return the score of the last reply."""
        return (await self._score(trace.last_reply)).value

    async def validate(self, runtime: Any) -> bool:
        """Return whether the row's own text passes."""
        del runtime
        row, (level, _) = _rows_of(self.dataset)[self.data.facts["id"]], request_of(self.data.facts)
        return (await self._score(row.texts.get(level) or row.source)).accepted

    async def _score(self, text: str) -> Score:
        level, given = request_of(self.data.facts)
        return await self.grader.score_one(Submitted(id=self.data.facts["id"], level=level, text=text, given=given))


class IrsmithTaskset(vf.Taskset[IrsmithTask, IrsmithTasksetConfig]):
    """The questions of a data set."""

    def load(self) -> Iterator[IrsmithTask]:
        """Yield the tasks.

        Raises:
            UsageError: if the data set cannot be used.
        """
        config = self.config
        if not config.dataset:
            raise ConfigError("the taskset needs dataset, the folder of pairs that it asks about")
        where = {"url": config.url} if config.url else {"dataset": config.dataset}
        grader = Grader(**where, seed=config.seed)
        for each in tasks_of(config.dataset, split=config.split, direction=config.direction):
            facts = dict(each.facts)
            data: dict[str, Any] = {"id": each.key, "name": each.key, "prompt": list(each.prompt), "facts": facts}
            task = IrsmithTask(IrsmithData(**data), config.task)
            task.grader, task.dataset = grader, config.dataset
            yield task


@cache
def _rows_of(dataset: str) -> RowIndex:
    """Return the rows of a data set for checking gold texts, kept until the process ends."""
    return RowIndex(dataset)
