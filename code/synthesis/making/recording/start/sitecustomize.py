"""Run by each Python process that starts with this folder on its path. It starts the recording.

It then removes itself from the path and the modules, and runs another module of this name if there is one.
"""

import importlib
import os
import sys


def _begin() -> None:
    settings = os.environ.get("IRSMITH_RECORD")
    if not settings:
        return
    try:
        try:
            active = importlib.import_module("synthesis.making.recording.active")
        except ImportError:
            sys.path.append(os.environ.get("IRSMITH_RECORD_CODE", ""))
            active = importlib.import_module("synthesis.making.recording.active")
        active.begin_in_child(settings)
    except Exception as error:  # noqa: BLE001 (recording must not change the program)
        sys.stderr.write(f"irsmith: this process is not recorded: {error}\n")


def _give_way() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [each for each in sys.path if os.path.abspath(each) != here]
    mine = sys.modules.pop(__name__, None)
    try:
        importlib.import_module(__name__)
    except ModuleNotFoundError as error:
        if error.name != __name__ or mine is None:
            raise
        sys.modules[__name__] = mine


_begin()
_give_way()
