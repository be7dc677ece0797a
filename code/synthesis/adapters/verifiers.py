"""A taskset for verifiers (``verifiers.v1``): prompts as tasks, rewarded by the scorer."""

# pyright: basic, reportMissingImports=false
# The library is not where the types are checked.

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from synthesis.adapters.grading import Grader, Submitted
from synthesis.adapters.missing import need
from synthesis.adapters.tasks import asked_for, tasks_of
from synthesis.core.errors import ConfigError
from synthesis.dataset.storage.index import RowIndex
from synthesis.scoring.scores import Score

if TYPE_CHECKING:
    import verifiers.v1 as vf
else:
    vf = need("verifiers.v1", "verifiers")

__all__ = ["IrsmithTaskset"]


class IrsmithTasksetConfig(vf.TasksetConfig):
    """What tasks are loaded; ``--env.taskset.…`` on verifiers' command lines."""

    dataset: str = ""
    """The folder of pairs, or its URL."""
    split: str | None = None
    """Rows of this split alone."""
    direction: list[str] | None = None
    """From what to what, names or patterns; the usual ones if None."""
    url: str | None = None
    """Of ``irsmith serve``, which scores in the place of this machine."""
    seed: int | None = None
    """Of the inputs that answers are run on; new ones for each call if None."""


class IrsmithData(vf.TaskData):
    """A question; nothing of it tells the answer."""

    facts: dict[str, Any]
    """Which row it is about, in which direction, and what kind of row that is."""


class IrsmithTask(vf.Task[IrsmithData, vf.State, vf.TaskConfig]):
    """A question with what scores its answers."""

    grader: Grader
    dataset: str

    @property
    def key(self) -> str:
        """The row's id and the direction: the same in every run."""
        return f"{self.data.facts['id']}/{self.data.facts['direction']}"

    @vf.reward(weight=1.0)
    async def value(self, trace: Any) -> float:
        """What the last reply is worth."""
        return (await self._score(trace.last_reply)).value

    async def validate(self, runtime: Any) -> bool:
        """Whether the row's own text passes."""
        del runtime
        row, (level, _) = _rows_of(self.dataset)[self.data.facts["id"]], asked_for(self.data.facts)
        return (await self._score(row.texts.get(level) or row.source)).accepted

    async def _score(self, text: str) -> Score:
        level, given = asked_for(self.data.facts)
        return await self.grader.score_one(Submitted(id=self.data.facts["id"], level=level, text=text, given=given))


class IrsmithTaskset(vf.Taskset[IrsmithTask, IrsmithTasksetConfig]):
    """The questions of a data set."""

    def load(self) -> Iterator[IrsmithTask]:
        """The tasks, one by one.

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
            told: dict[str, Any] = {"id": each.key, "name": each.key, "prompt": list(each.prompt), "facts": facts}
            task = IrsmithTask(IrsmithData(**told), config.task)
            task.grader, task.dataset = grader, config.dataset
            yield task


@cache
def _rows_of(dataset: str) -> RowIndex:
    """The rows of a data set whose gold texts are tried; they are let go with the process."""
    return RowIndex(dataset)
