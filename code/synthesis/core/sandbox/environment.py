"""The environment variables of processes that irsmith starts: front ends without a GPU, and few threads.

Texts are made and verified on processors, so that they are the same on every machine. With a GPU, Warp would start CUDA
in the process that others are forked from, which does not survive a fork, and JAX would take most of the GPU's memory.
On a machine with many cores each process would start threads for all of them, about 430 for 192 cores, and reserve
memory for each. That would exceed the limits of the work, and is useless with one worker for each core.
"""

import os
import sys
from collections.abc import Mapping

_WITHOUT_GPUS = {"CUDA_VISIBLE_DEVICES": "", "HIP_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
_FEW_THREADS = {"NPROC": "2", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "4"}
"""The number of cores that XLA sees, the threads of NumPy's matrix products, and glibc's memory arenas."""
OF_WORK: Mapping[str, str] = _WITHOUT_GPUS | _FEW_THREADS
"""Environment variables of the processes that run work.

Tools read them when they start, so a process that has not started a tool yet may set its own.
"""


def environment_of_work(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return a copy of environment variables in which those of ``OF_WORK`` and this process's module path are set."""
    return {**environment, **OF_WORK, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
