"""What can go wrong, for callers to catch and for rejections to name.

IrsmithError
├── UsageError                what the caller gave cannot be used (also a ValueError)
│   ├── ConfigError           an option's value is not allowed, or two options contradict each other
│   ├── UnknownNameError      no front end, category, level or device of that name
│   ├── TargetError           a file, module or object that holds no kernel to work on
│   ├── OutputError           a file or folder that cannot be written
│   └── MissingLibraryError   a library of an adapter or a server that is not installed (also an ImportError)
├── MissingFrontendError      a front end whose package is not installed (also an ImportError)
│   └── UnsupportedReleaseError   its package is installed in a release that is not supported
├── MachineError              no memory, no space, a killed process: the machine's trouble, and no kernel's fault
│   ├── NoSpaceError          no space left for temporary files: trying again is of no use
│   └── SandboxError          a protection that is required, and that this machine does not have
├── LeakError                 splits of a data set that share programs; nothing is finished
└── KernelError               a kernel that could not be loaded or lowered; carries the Stage and Symptom
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any


class Stage(StrEnum):
    """Where on its way to a row a candidate was stopped."""

    LOAD = "load"
    LOWER = "lower"
    VERIFY = "verify"
    DEDUPLICATE = "deduplicate"
    SPLIT = "split"


class Symptom(StrEnum):
    """What was seen when a candidate was stopped."""

    SYNTAX_ERROR = "syntax_error"
    IMPORT_ERROR = "import_error"
    NO_KERNEL = "no_kernel"
    NO_CONCRETE_TYPES = "no_concrete_types"
    NO_EXAMPLE_ARGUMENTS = "no_example_arguments"
    TIMEOUT = "timeout"
    CRASH = "crash"
    BUILD_ERROR = "build_error"
    TRACE_ERROR = "trace_error"
    NOT_AVAILABLE = "not_available"
    UNPRINTED_CONSTANTS = "unprinted_constants"
    UNASSIGNED = "unassigned"
    TOO_LONG = "too_long"
    NOT_DIFFERENTIABLE = "not_differentiable"
    RENAMED_REPEAT = "renamed_repeat"
    RENAMED_IR_REPEAT = "renamed_ir_repeat"
    NEAR_REPEAT = "near_repeat"
    CONTAMINATED = "contaminated"
    OTHER_SPLIT = "other_split"
    OTHER_LICENCE = "other_licence"
    NO_INPUTS = "no_inputs"
    NO_REFERENCE = "no_reference"
    FAULT = "fault"
    WRONG_RESULT = "wrong_result"
    WRONG_GRADIENT = "wrong_gradient"
    TOOL_DISAGREES = "tool_disagrees"
    ILL_CONDITIONED = "ill_conditioned"
    USELESS = "useless"
    OTHER_TWIN = "other_twin"
    INTERNAL_ERROR = "internal_error"
    """An error in irsmith itself: no fault of the kernel's."""


class IrsmithError(Exception):
    """The root of every error that irsmith raises on purpose; each travels between processes."""

    def __reduce__(self) -> tuple[Any, ...]:
        """By message and attributes: the arguments of a subclass may be others."""
        return _made_again, (type(self), self.args, self.__dict__)


def _made_again(kind: type[IrsmithError], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> IrsmithError:
    error = kind.__new__(kind)
    error.args = arguments
    error.__dict__.update(attributes)
    return error


class UsageError(IrsmithError, ValueError):
    """What the caller gave cannot be used; the message says what is allowed."""


class ConfigError(UsageError):
    """An option's value is not allowed, or two options contradict each other."""


class UnknownNameError(UsageError):
    """A name that is not in the list it was looked up in."""

    def __init__(self, what: str, given: str, allowed: Iterable[str], *, where: str = "") -> None:
        place = f" {where}" if where else ""
        super().__init__(f"unknown {what} {given!r}{place}; allowed: {', '.join(allowed) or 'none'}")


class TargetError(UsageError):
    """A file, module or object that holds no kernel to work on."""


class OutputError(UsageError):
    """A file or folder that cannot be written: no permission, no space, in the way of another."""


class MissingLibraryError(UsageError, ImportError):
    """A library that a server or an adapter needs and that is not installed; the message says how to install it."""


class MissingFrontendError(IrsmithError, ImportError):
    """A front end whose package is not installed."""


class UnsupportedReleaseError(MissingFrontendError):
    """A front end whose package is installed in a release that is not supported; the message says what to install."""


class MachineError(IrsmithError):
    """The machine's trouble, and no kernel's fault: no memory, no space, a process that somebody killed.

    Nothing is said of the kernels that were at work; what was finished stands, and the same call goes on from there.
    """


class NoSpaceError(MachineError):
    """No space is left for temporary files, which trying again does not make."""


class SandboxError(MachineError):
    """A protection that is required, and that this machine does not have."""


class LeakError(IrsmithError):
    """Splits of a data set that share programs, which no rule lets through: a fault of irsmith's, or changed files."""


class KernelError(IrsmithError):
    """A kernel that could not be loaded or lowered.

    Attributes:
        stage: where it was stopped.
        symptom: what was seen.
        detail: the tool's own words.
    """

    def __init__(self, stage: Stage, symptom: Symptom, detail: str) -> None:
        super().__init__(f"{stage}: {symptom}: {detail}")
        self.stage = stage
        self.symptom = symptom
        self.detail = detail


def error_of(name: str, words: str) -> Exception:
    """The error that another process has raised, of the name of its class and its words.

    One that is none of irsmith's is a ``RuntimeError``.
    """
    waiting: list[type[IrsmithError]] = [IrsmithError]
    while waiting:
        kind = waiting.pop()
        if kind.__name__ == name:
            return _made_again(kind, (words,), {})
        waiting += kind.__subclasses__()
    return RuntimeError(words)
