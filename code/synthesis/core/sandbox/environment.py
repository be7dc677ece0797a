"""The environment variables of processes that irsmith starts for work of its own: no GPU for Warp and JAX, few threads.

Texts are made and proved on processors, so that they are the same on every machine. With a GPU at hand, Warp would
start CUDA in the process that others are forked from, which no fork outlives, and JAX would take most of the GPU's
memory. On a machine of many cores each process would start threads for all of them, some 430 for 192, and reserve
memory for each: more than work may have, and all for nothing, as there is a worker a core.
"""

import os
import sys
from collections.abc import Mapping

_WITHOUT_GPUS = {"CUDA_VISIBLE_DEVICES": "", "HIP_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
_FEW_THREADS = {"NPROC": "2", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "4"}
"""The cores that XLA takes for present, the threads of NumPy's products, and what glibc reserves memory for."""
OF_WORK: Mapping[str, str] = _WITHOUT_GPUS | _FEW_THREADS
"""They are read as a tool starts, so that a process that has not started one yet may set its own."""


def environment_of_work(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment variables, with those that keep work to itself, and this process's own path of modules."""
    return {**environment, **OF_WORK, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
