"""How a Triton kernel is launched, as lines of a prompt. Triton is not needed."""

from collections.abc import Iterator, Mapping
from typing import Any

from synthesis.core.signatures import Signature, in_brackets


def call_facts(_: str, signature: Signature, __: Mapping[str, Any]) -> Iterator[str]:
    """Yield the values of a kernel's constants, and its grid."""
    constants = (signature.call or {}).get("constants", {})
    yield f"Constants: {', '.join(f'{name}={_constant(each)}' for name, each in constants.items()) or 'none'}"
    if signature.launch is not None:
        yield f"Grid: {in_brackets(signature.launch)}, a program for each"


def _constant(value: Any) -> str:
    """Return a constant as text: a number, text, type, or tuple of these."""
    match value:
        case {"dtype": name}:
            return str(name)
        case list():
            items = [_constant(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
            return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
        case _:
            return repr(value)
