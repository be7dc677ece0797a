"""Messages of a tool's exceptions, made identical in every process, and the rejections that contain them."""

import re

from synthesis.core.errors import Stage, Symptom
from synthesis.core.records import KernelSpec, Rejection

_LONGEST = 400
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")
_FOLDERS = re.compile(r"(?:/[^/\s:'\"]+)*/(?=[^/\s:'\"]+\.py\b)")
_MODULE = re.compile(r"<?\birsmith_\w+_\d+\b>?")


def detail_of(error: BaseException, *, only_first_line: bool = False) -> str:
    """Return the exception's type and message on one line, without addresses, folders and temporary module names.

    Args:
        error: the exception.
        only_first_line: whether to leave out what follows the first line of the message.
    """
    whole_message = str(error).strip()
    return detail(type(error).__name__, whole_message.partition("\n")[0] if only_first_line else whole_message)


def detail(kind: str, message: str) -> str:
    """Return an exception's type and message as ``detail_of`` gives them."""
    message = _MODULE.sub("<source>", _FOLDERS.sub("", _ADDRESS.sub("0x…", " ".join(message.split()))))
    text = f"{kind}: {message}" if message else kind
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def rejected(spec: KernelSpec, stage: Stage, symptom: Symptom, detail: str, level: str | None = None) -> Rejection:
    """Return the rejection of a kernel, or of one of its levels."""
    return Rejection(stage=stage, symptom=symptom, detail=detail, level=level).of(spec)
