"""Lowers and verifies one small kernel of a front end, in a separate process that may crash or hang."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from synthesis.core.records import Pair, Rejection
from synthesis.core.sandbox.environment import environment_of_work
from synthesis.frontends.failures import detail_of
from synthesis.frontends.registry import get_frontend
from synthesis.pipeline import SynthesisPipeline

_PROGRAM = "from synthesis.workbench.diagnosis.trial import main; main()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The result of trying one kernel of a front end."""

    problem: str | None = None
    """The error message; None if it succeeded."""
    lowered: tuple[str, ...] = ()
    """The levels of the texts that the kernel has."""
    verified: tuple[str, ...] = ()
    """The levels whose texts were executed with the expected results."""
    compilers: Mapping[str, str] = field(default_factory=dict[str, str])
    """The compilers that the front end reports."""
    caches: Mapping[str, str] = field(default_factory=dict[str, str])
    """The folders that its tool writes into, by purpose."""


def try_frontend(name: str, time_limit: float) -> Trial:
    """Make one pair with a front end in a separate process.

    Args:
        name: the front end.
        time_limit: wall-clock seconds that it may take.
    """
    process = subprocess.Popen(  # noqa: S603 (our own interpreter and program)
        [sys.executable, "-c", _PROGRAM, name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment_of_work(),
        start_new_session=True,
    )
    try:
        printed, words = process.communicate(timeout=time_limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Trial(problem=f"it made no pair within {time_limit:g} s")
    except BaseException:  # an interrupt ends the process too
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if process.returncode == 0:
        result: dict[str, Any] = json.loads(printed)
        levels: dict[str, Any] = {name: tuple(result[name]) for name in ("lowered", "verified")}
        return Trial(**result | levels)
    last = words.decode("utf-8", "replace").strip().rpartition("\n")[2]
    code = process.returncode
    how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
    return Trial(problem=f"its process ended, {how}{f' ({last})' if last else ''}")


def main() -> None:
    """Run the process: print the result as JSON on standard output, and nothing else."""
    report = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # output of the tools must not mix with the result
    with report:
        json.dump(asdict(_try(sys.argv[1])), report)


def _try(name: str) -> Trial:
    found = Trial()
    try:
        frontend = get_frontend(name)
        pipeline = SynthesisPipeline(frontend, count=1, verify="none" if frontend.prover is None else "all")
        found = _trial_of(pipeline.create_pair(pipeline.generate_kernel(0)), is_proved=frontend.prover is not None)
        compilers, caches = frontend.compiler.compilers(), frontend.compiler.caches()
        found = replace(found, compilers=dict(compilers), caches={use: str(path) for use, path in caches.items()})
    except Exception as error:  # noqa: BLE001 (a tool that is broken may raise anything)
        return replace(found, problem=found.problem or detail_of(error))
    return found


def _trial_of(outcome: Pair | Rejection, *, is_proved: bool) -> Trial:
    if isinstance(outcome, Rejection):
        return Trial(problem=_words(outcome))
    lowered = tuple(name for name, text in outcome.texts.items() if text is not None)
    problem = next(map(_words, outcome.rejections), None)
    if problem is None and is_proved and not outcome.verdict.verified:
        reasons = {str(each) for each in outcome.verdict.unverified.values()}
        problem = f"no text could be executed: {', '.join(sorted(reasons)) or 'no reason was given'}"
    return Trial(problem=problem, lowered=lowered, verified=outcome.verdict.verified)


def _words(rejection: Rejection) -> str:
    level = f" of {rejection.level}" if rejection.level else ""
    return f"{rejection.stage}{level}: {rejection.symptom}: {rejection.detail}"
