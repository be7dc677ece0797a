"""An error in irsmith itself costs the kernel that it came of: a line of the ledger with what a report of it needs."""

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
"""Frames of ours that are told of, the last ones."""
_OF_MACHINES = frozenset((errno.ENOSPC, errno.EDQUOT, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EIO, errno.EROFS))


def is_fault(error: Exception) -> bool:
    """Whether an error is one of ours. Those raised on purpose and those of the machine end a run, which can go on."""
    if isinstance(error, OSError):
        return error.errno not in _OF_MACHINES
    return not isinstance(error, IrsmithError | MemoryError)


def fault_of(error: Exception, stage: Stage) -> Rejection:
    """The rejection of a kernel for an error of ours: its type and words, where it was raised, irsmith's version."""
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
    """What a stage makes of candidates together; where that fails, of each alone.

    Those for which it fails alone are stopped.

    Args:
        stage: how the ledger calls it.
        candidates: what it is given.
        work: the stage; it gives as many, in the same order.
    """
    try:
        return work(candidates)
    except Exception as error:
        if not is_fault(error):
            raise
        if len(candidates) == 1:
            return [candidates[0].stop(fault_of(error, stage))]
        return [made for each in candidates for made in each_guarded(stage, [each], work)]
