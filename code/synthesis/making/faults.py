"""Turns an error in irsmith itself into the rejection of one kernel, with the details that a bug report needs."""

import errno
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import synthesis
from synthesis.core.errors import IrsmithError, Stage, Symptom
from synthesis.core.records import Rejection
from synthesis.core.version import __version__
from synthesis.frontends.failures import detail_of
from synthesis.making.candidate import Candidate

T = TypeVar("T")
_FRAMES = 4
"""Maximum number of irsmith's own stack frames in a rejection. The innermost are kept."""
_OF_MACHINES = frozenset((errno.ENOSPC, errno.EDQUOT, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EIO, errno.EROFS))


def is_fault(error: Exception) -> bool:
    """Return whether an error is a bug in irsmith: it is neither raised deliberately nor caused by the machine.

    Errors that are not bugs end the run.
    """
    if isinstance(error, OSError):
        return error.errno not in _OF_MACHINES
    return not isinstance(error, IrsmithError | MemoryError)


def fault_of(error: Exception, stage: Stage) -> Rejection:
    """Return the rejection for a bug in irsmith, with the error's type, message and location, and irsmith's version."""
    root = Path(synthesis.__file__).parent.parent
    frames: list[str] = []
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(root):
            frames.append(f"{'.'.join(path.relative_to(root).with_suffix('').parts)}:{frame.lineno}")
    where = " < ".join(reversed(frames[-_FRAMES:])) or "no frame of irsmith"
    detail = f"{detail_of(error)}; at {where}; irsmith {__version__}"
    return Rejection(stage=stage, symptom=Symptom.INTERNAL_ERROR, detail=detail)


def each_guarded(
    stage: Stage, candidates: Sequence[Candidate], work: Callable[[Sequence[Candidate]], list[Candidate]]
) -> list[Candidate]:
    """Run a step on candidates as a batch. If that fails, run it on each candidate alone.

    A candidate for which the step also fails alone is stopped.

    Args:
        stage: the stage at which candidates that fail are stopped, for the ledger.
        candidates: the input of the step.
        work: the step. It returns one candidate for each given one, in the same order.
    """
    try:
        return work(candidates)
    except Exception as error:
        if not is_fault(error):
            raise
        if len(candidates) == 1:
            return [candidates[0].stop(fault_of(error, stage))]
        return [made for each in candidates for made in each_guarded(stage, [each], work)]
