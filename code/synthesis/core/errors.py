"""The exceptions that irsmith raises, and the stages and symptoms of rejections.

IrsmithError
├── UsageError                the caller's input cannot be used (also a ValueError)
│   ├── ConfigError           an option's value is not allowed, or two options contradict each other
│   ├── UnknownNameError      no front end, category, level or device of that name
│   ├── TargetError           a file, module or object that holds no kernel to work on
│   ├── OutputError           a file or folder that cannot be written
│   └── MissingLibraryError   a library of an adapter or a server that is not installed (also an ImportError)
├── MissingFrontendError      a front end whose package is not installed (also an ImportError)
│   └── UnsupportedReleaseError   its package is installed in a release that is not supported
├── MachineError              no memory, no space, a killed process: a failure of the machine, not of a kernel
│   ├── NoSpaceError          no space left for temporary files; retrying does not help
│   └── SandboxError          a required protection that this machine lacks
├── LeakError                 splits of a data set share a kernel; the data set is not finished
└── KernelError               a kernel that could not be loaded or lowered; carries the Stage and Symptom
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any


class Stage(StrEnum):
    """The stage at which a candidate was stopped."""

    LOAD = "load"
    LOWER = "lower"
    VERIFY = "verify"
    DEDUPLICATE = "deduplicate"
    SPLIT = "split"


class Symptom(StrEnum):
    """The observed reason why a candidate was stopped."""

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
    OTHER_BYTES = "other_bytes"
    INTERNAL_ERROR = "internal_error"
    """A bug in irsmith itself, not a fault of the kernel."""


class IrsmithError(Exception):
    """Base class of all exceptions that irsmith raises deliberately. All can be pickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by message and attributes, because a subclass may have other constructor arguments."""
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(kind: type[IrsmithError], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> IrsmithError:
    error = kind.__new__(kind)
    error.args = arguments
    error.__dict__.update(attributes)
    return error


class UsageError(IrsmithError, ValueError):
    """The caller's input cannot be used. The message says what is allowed."""


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
    """A file or folder cannot be written: no permission, no space, or another process is using it."""


class MissingLibraryError(UsageError, ImportError):
    """A library that a server or an adapter needs is not installed. The message says how to install it."""


class MissingFrontendError(IrsmithError, ImportError):
    """A front end whose package is not installed."""


class UnsupportedReleaseError(MissingFrontendError):
    """A front end whose package is installed in an unsupported release. The message says which one to install."""


class MachineError(IrsmithError):
    """A failure of the machine and not of a kernel: no memory, no space, or a process that was killed from outside.

    It is no evidence against the kernels that were being processed. Finished work is kept, and the same call resumes
    the run.
    """


class NoSpaceError(MachineError):
    """No space is left for temporary files. Retrying does not help."""


class SandboxError(MachineError):
    """A required protection is not available on this machine."""


class LeakError(IrsmithError):
    """Splits of a data set share a source, a text or a structure.

    The split rule prevents this, so the cause is a bug or a changed file.
    """


class KernelError(IrsmithError):
    """A kernel that could not be loaded or lowered.

    Attributes:
        stage: the stage at which it was stopped.
        symptom: the observed reason.
        detail: the tool's message.
    """

    def __init__(self, stage: Stage, symptom: Symptom, detail: str) -> None:
        super().__init__(f"{stage}: {symptom}: {detail}")
        self.stage = stage
        self.symptom = symptom
        self.detail = detail


def error_of(name: str, words: str) -> Exception:
    """Return the error that another process raised, given the name of its class and its message.

    It is a ``RuntimeError`` if the class is not one of irsmith's.
    """
    waiting: list[type[IrsmithError]] = [IrsmithError]
    while waiting:
        kind = waiting.pop()
        if kind.__name__ == name:
            return _rebuilt(kind, (words,), {})
        waiting += kind.__subclasses__()
    return RuntimeError(words)
