"""A search for constructs in a JAX text that do more than compute, such as calls of code outside it.

A custom call names a function of the process, and a callback even contains its address. An infeed or a transfer waits
for another process. The functions that JAX's own lowerings call on a CPU (LAPACK, FFTs, sorting) are known by name. A
text with any other call is foreign, and is run in isolation.
"""

import re
from collections.abc import Iterator

from synthesis.core.languages import HLO, JAXPR, MLIR
from synthesis.frontends.base import Level

_TARGETS = re.compile(
    r"lapack_[a-z]+_ffi|(?:dynamic_)?ducc_fft|TopK|mhlo\.\w+|chlo\.\w+|__gpu\$TopK|Sharding|SPMD\w+Shape"
    r"|shape_assertion|annotate_device_placement|X64(?:Combine|SplitLow|SplitHigh)|cu_threefry2x32_ffi"
)
_CALLS = re.compile(r"""custom[_-]call\w*\b(?P<after>[^\n]*)""")
_TARGET = re.compile(
    r"""\s*@(?P<at>"[^"]*"|[\w$.]+)|(?:custom_call_target|call_target_name)\s*=\s*"(?P<named>[^"]*)\""""
)
_OUTSIDE = re.compile(
    r"\b(?:pure_callback|io_callback|debug_callback|python_callback|callback|infeed|outfeed|send|recv|send-done"
    r"|recv-done|send_done|recv_done|ffi_call|xla_python_\w+|host_callback|outside_call|tpu_custom_call|pallas_call"
    r"|triton_call|mosaic_gpu\w*|dlopen|dynamic_call)\b"
)
_STRING = re.compile(r'"(?:\\.|[^"\\])*"')
_LANGUAGES = (JAXPR, MLIR, HLO)


def foreign(level: Level, text: str) -> str | None:
    """Return a description of a construct that calls code outside the text; None if there is none.

    The result is also None for a text that is not run.

    Args:
        level: the text's level.
        text: a jaxpr, StableHLO or HLO.
    """
    if not level.run_by or level.language not in _LANGUAGES:
        return None
    outside = _OUTSIDE.search(_STRING.sub(_as_operation, text))
    if outside is not None:
        return f"{outside[0]}, which calls code outside the text"
    for target in targets(text):
        if not target:
            return "a custom call without a target on its line"
        if _TARGETS.fullmatch(target.strip('"')) is None:
            return f"a custom call of {target}"
    return None


def targets(text: str) -> Iterator[str]:
    """Yield the functions that the custom calls of a text name; yield an empty text for a call that names none."""
    for call in _CALLS.finditer(text):
        yield from [match["at"] or match["named"] or "" for match in _TARGET.finditer(call["after"])] or [""]


def _as_operation(string: re.Match[str]) -> str:
    """Return the replacement of a string: itself if it is an operation's quoted name, else an empty string literal."""
    return string[0] if re.fullmatch(r'"\w+(?:\.\w+)+"', string[0]) else '""'
