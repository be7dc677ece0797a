"""``irsmith doctor``."""

from collections.abc import Iterator

from rich.console import Console

from synthesis.cli.options import Flag
from synthesis.cli.tables import plain_console, print_json, print_line
from synthesis.workbench.diagnosis.diagnosing import Checked, Diagnosis, Tool, diagnose
from synthesis.workbench.diagnosis.machine import Machine, Place

_GIB = 1 << 30


def doctor(*, frontend: str | None = None, time_limit: float = 300.0, json: Flag = False) -> int:
    """Check this machine and each front end, and print what a bug report needs.

    For each front end, one kernel is drawn, lowered and verified in a new process. If a front end does not work, the
    failure and a command that is likely to fix it are printed. A front end whose tool is not installed does not work,
    either. The exit status is 1 if a front end does not work. Only the tools' own caches are written.

    Examples:

        irsmith doctor

        irsmith doctor --frontend jax --json

    Parameters
    ----------
    frontend: str
        The front end to check. By default all.
    time_limit: float
        Time limit for a front end, in seconds. The first kernel of Warp takes longest, since headers are compiled.
    json: bool
        Print the result as JSON.
    """
    errors = plain_console(stderr=True)

    def begin(name: str) -> None:
        print_line(errors, f"irsmith: trying {name}, which may take a minute")

    chosen = None if frontend is None else [frontend]
    found = diagnose(chosen, time_limit=time_limit, on_begin=None if json else begin)
    if json:
        print_json(found.to_json())
        return found.status
    _print(plain_console(), found)
    return found.status


def _print(console: Console, found: Diagnosis) -> None:
    for name, text in (("irsmith", found.irsmith), *_facts_of(found.machine)):
        print_line(console, f"{name}: {text}")
    for each in found.frontends:
        print_line(console, f"front end {each.name}: {_verdict(each)}")
        for tool in each.tools:
            print_line(console, f"  {_release_of(tool)}")
        for name, text in each.compilers.items():
            print_line(console, f"  {name}: {text}")
        if each.mend is not None:
            print_line(console, f"  to fix it: {each.mend}")


def _facts_of(machine: Machine) -> Iterator[tuple[str, str]]:
    yield "Python", f"{machine.python}{'' if machine.python_is_tested else ', not tested'} ({machine.executable})"
    yield "system", f"{machine.system}, {machine.cores} cores"
    yield "memory", f"{machine.memory / _GIB:.1f} GiB, {machine.available / _GIB:.1f} GiB available"
    yield "GPU", "; ".join(machine.gpus) or "none (none is needed)"
    if machine.protections is None:
        yield "sandbox", f"not known: {machine.problem}"
    else:
        lack = f"; without {', '.join(machine.unprotected)}" if machine.unprotected else ""
        yield "sandbox", ", ".join(machine.protections) + lack
    for place in machine.places:
        yield place.name, _state_of(place)


def _state_of(place: Place) -> str:
    free = "" if place.free is None else f", {place.free / _GIB:.1f} GiB free"
    return f"{place.path}{free}" if place.problem is None else f"{place.path} cannot be written ({place.problem})"


def _verdict(checked: Checked) -> str:
    if checked.problem is not None:
        return f"cannot work: {checked.problem}"
    proved = ", ".join(checked.verified) or "none"
    return f"works; verified levels of one kernel in {checked.seconds:g} s: {proved}"


def _release_of(tool: Tool) -> str:
    if tool.version is None:
        return f"{tool.name} is not installed"
    tested = "tested" if tool.is_tested else f"not one of those that were tested ({', '.join(tool.tested)})"
    return f"{tool.name} {tool.version}, {tested}"
