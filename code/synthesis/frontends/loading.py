"""Source text run as a module of its own, so that tools which look for a function's source find it."""

import itertools
import linecache
import sys
from types import ModuleType

from synthesis.errors import Stage, Symptom
from synthesis.frontends.failures import detail_of, rejected
from synthesis.records import KernelSpec, Rejection

_numbers = itertools.count()


def run_source(spec: KernelSpec) -> ModuleType | Rejection:
    """The module that a record's source makes, under a name that this process has not used before.

    Nothing is written to disk: the source is put where ``inspect`` and ``linecache`` look for it.
    """
    name = f"irsmith_{spec.frontend}_{next(_numbers)}"
    filename = f"<{name}>"
    module = ModuleType(name)
    module.__file__ = filename
    linecache.cache[filename] = (len(spec.source), None, spec.source.splitlines(keepends=True), filename)
    sys.modules[name] = module
    try:
        exec(compile(spec.source, filename, "exec"), module.__dict__)  # noqa: S102 (running kernels is the purpose)
    except (Exception, SystemExit) as error:  # noqa: BLE001 (a module may raise anything)
        forget_module(name)
        symptom = Symptom.SYNTAX_ERROR if isinstance(error, SyntaxError) else Symptom.IMPORT_ERROR
        return rejected(spec, Stage.LOAD, symptom, detail_of(error))
    return module


def forget_module(name: str) -> ModuleType | None:
    """Drop what Python holds of a module that was run; returns it, still intact."""
    linecache.cache.pop(f"<{name}>", None)
    return sys.modules.pop(name, None)
