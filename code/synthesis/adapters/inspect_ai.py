"""A task and a scorer for inspect_ai: ``inspect eval synthesis/adapters/inspect_ai.py -T dataset=pairs``."""

# pyright: basic, reportMissingImports=false, reportCallIssue=false, reportGeneralTypeIssues=false
# Type checkers take this file for the library, which is not installed there.

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from synthesis.adapters.grading import Grader, Submitted
from synthesis.adapters.missing import need
from synthesis.adapters.tasks import request_of, tasks_of

if TYPE_CHECKING:
    from inspect_ai import Task, task
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.model import ChatMessageSystem, ChatMessageUser
    from inspect_ai.scorer import Score, Target, accuracy, mean, scorer, stderr
    from inspect_ai.solver import TaskState, generate
else:
    need("inspect_ai", "inspect-ai")
    from inspect_ai import Task, task
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.model import ChatMessageSystem, ChatMessageUser
    from inspect_ai.scorer import Score, Target, accuracy, mean, scorer, stderr
    from inspect_ai.solver import TaskState, generate

_MESSAGES = {"system": ChatMessageSystem, "user": ChatMessageUser}


@task
def irsmith(
    dataset: str,
    split: str | None = "test",
    direction: Sequence[str] | str | None = None,
    url: str | None = None,
    seed: int = 0,
) -> Task:
    """Return a task with the questions of a data set, answered in one turn.

    Args:
        dataset: the folder of pairs, or its URL.
        split: use only rows of this split; all if None.
        direction: names or patterns of directions; the default ones if None.
        url: the URL of an ``irsmith serve`` server that scores instead of this machine.
        seed: the seed of the inputs that answers are run on.
    """
    samples = [
        Sample(
            id=each.key,
            input=[_MESSAGES[message["role"]](content=message["content"]) for message in each.prompt],
            target=each.gold,
            metadata=dict(each.facts),
        )
        for each in tasks_of(dataset, split=split, direction=direction)
    ]
    return Task(
        dataset=MemoryDataset(samples, name="irsmith"), solver=generate(), scorer=execution(dataset, url=url, seed=seed)
    )


@scorer(metrics={"accepted": [accuracy(), stderr()], "value": [mean(), stderr()]})
def execution(dataset: str, *, url: str | None = None, seed: int | None = 0) -> Any:
    """Return a scorer that executes completions. Concurrent samples are scored together.

    Args:
        dataset: the folder of pairs, or its URL.
        url: the URL of an ``irsmith serve`` server that scores instead of this machine.
        seed: the seed of the inputs; a random one for each call if None.
    """
    grader = Grader(url=url, seed=seed) if url else Grader(dataset, seed=seed)

    async def score(state: TaskState, target: Target) -> Score:
        del target
        facts = state.metadata
        level, given = request_of(facts)
        text = state.output.completion
        found = await grader.score_one(Submitted(id=facts["id"], level=level, text=text, given=given))
        value = {"accepted": "C" if found.accepted else "I", "value": found.value}
        return Score(value=value, answer=text, explanation=found.message, metadata=found.to_json())

    return score
