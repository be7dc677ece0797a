"""A reward function for TRL's ``GRPOTrainer``, and for other libraries that call reward functions like TRL."""

from collections.abc import Callable, Sequence
from typing import Any

from synthesis.adapters.grading import Grader, Submitted
from synthesis.adapters.tasks import request_of
from synthesis.core.errors import ConfigError
from synthesis.dataset.storage.listing import Place
from synthesis.scoring.evaluation.questions import text_of

_NAMES = ("id", "direction", "level")


class IrsmithReward:
    """Scores completions to the prompts of ``irsmith export --view sft``, using the columns that the trainer passes.

    A completion that cannot be run here, such as one at the level ``ptx`` that is not the row's own text, gets no
    reward (None), which TRL ignores.

    Args:
        dataset: the folder that was exported, or its URL.
        url: the URL of an ``irsmith serve`` server, instead of a data set.
        options: further arguments of :class:`synthesis.adapters.grading.Grader`: ``token``, ``seed``, and fields of
            :class:`synthesis.Scoring` by name.

    Raises:
        ConfigError: for invalid settings.

    Example: >>> GRPOTrainer(model, reward_funcs=IrsmithReward("pairs"), train_dataset=data["train"])  # doctest: +SKIP
    """

    __name__ = "irsmith"

    def __init__(self, dataset: Place | None = None, *, url: str | None = None, **options: Any) -> None:
        self.grader = Grader(dataset, url=url, **options)

    def __call__(
        self,
        prompts: Sequence[Any],
        completions: Sequence[Any],
        *,
        log_metric: Callable[[str, float], None] | None = None,
        **columns: Any,
    ) -> list[float | None]:
        """Return a reward for each completion.

        Args:
            prompts: the prompts, which are ignored.
            completions: the model's completions: strings, or lists of messages.
            log_metric: called with the share of accepted completions, as ``irsmith/accepted``.
            columns: the columns of the data set, as lists, including ``id``, and either ``direction`` or ``level``.

        Raises:
            ConfigError: if one of these columns is missing, or a row has no verified text of a level.
        """
        del prompts
        scores = self.grader.score(_submitted(completions, columns))
        if log_metric is not None and scores:
            log_metric("irsmith/accepted", sum(each.accepted for each in scores) / len(scores))
        return [each.value if each.judged else None for each in scores]


def _submitted(completions: Sequence[Any], columns: dict[str, Any]) -> list[Submitted]:
    if "id" not in columns or not ("direction" in columns or "level" in columns):
        raise ConfigError(
            f"a reward needs the columns id and direction of irsmith export --view sft; got {', '.join(columns)}"
        )
    found: list[Submitted] = []
    for index, completion in enumerate(completions):
        record = {name: columns[name][index] for name in _NAMES if name in columns}
        level, given = request_of(record)
        text = text_of(completion, f"completion {index}")
        found.append(Submitted(id=record["id"], level=level, text=text, given=given))
    return found
