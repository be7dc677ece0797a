"""How a JAX function is called, as lines of a prompt. JAX is not needed."""

from collections.abc import Iterator, Mapping
from typing import Any

from synthesis.core.signatures import Signature


def call_facts(name: str, signature: Signature, _: Mapping[str, Any]) -> Iterator[str]:
    """Yield how a function is called, if not with its arguments in order, and which arguments have weak types."""
    if signature.call is None:
        return
    given = [_tree(each) for each in signature.call["args"]]
    given += [f"{keyword}={_tree(each)}" for keyword, each in signature.call["kwargs"].items()]
    yield f"Called: `{name}({', '.join(given)})`"
    if weak := [*_weak(signature.call)]:
        yield f"Promoted as Python numbers (weak types): {', '.join(weak)}"


def _tree(tree: Any) -> str:
    """Return a pytree of a call in Python syntax."""
    match tree:
        case str():
            return tree
        case {"weak": name}:
            return str(name)
        case {"value": constant}:
            return repr(constant)
        case {"infinity": sign}:
            return f'float("{"-" if sign < 0 else ""}inf")'
        case {"dict": entries}:
            return "{" + ", ".join(f"{key!r}: {_tree(each)}" for key, each in entries.items()) + "}"
        case {"entries": entries}:
            return "{" + ", ".join(f"{_tree(key)}: {_tree(each)}" for key, each in entries) + "}"
        case {"list": entries}:
            return f"[{', '.join(map(_tree, entries))}]"
        case {"tuple": entries}:
            return f"({', '.join(map(_tree, entries))}{',' if len(entries) == 1 else ''})"
        case {"record": kind, "fields": fields}:
            return f"{kind}({', '.join(f'{name}={_tree(each)}' for name, each in fields.items())})"
        case _:
            return repr(tree)


def _weak(tree: Any) -> Iterator[str]:
    """Yield the names of the arguments that have a weak type."""
    if isinstance(tree, dict):
        found: dict[str, Any] = dict(tree)  # pyright: ignore[reportUnknownArgumentType]
        if found.keys() == {"weak"}:
            yield str(found["weak"])
        else:
            yield from (name for name, each in found.items() if name != "value" for name in _weak(each))
    elif isinstance(tree, list | tuple):
        listed: list[Any] = list(tree)  # pyright: ignore[reportUnknownArgumentType]
        yield from (name for each in listed for name in _weak(each))
