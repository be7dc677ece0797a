"""The functions, classes, constants and imports that a function needs in its module."""

import re
from collections.abc import Sequence

from synthesis.drawing.drafting import render_module
from synthesis.drawing.rendering import render_block
from synthesis.drawing.syntax import Assign, Class, Function, Name, Statement


def needed(beside: Sequence[Statement], body: tuple[Statement, ...], first: set[str]) -> list[Statement]:
    """Return the functions and classes that a function needs, directly or indirectly, in their original order.

    Args:
        beside: all functions and classes.
        body: the function's statements.
        first: names that are needed in any case.
    """
    texts = {each.name: "\n".join(render_block((each,))) for each in beside if isinstance(each, Function | Class)}
    wanted = ["\n".join(render_block(body)), *(texts[name] for name in first)]
    seen = set(first)
    while wanted:
        words = set(re.findall(r"\w+", wanted.pop()))
        found = [name for name in texts if name in words and name not in seen]
        seen |= set(found)
        wanted += [texts[name] for name in found]
    return [each for each in beside if isinstance(each, Function | Class) and each.name in seen]


def module_text(constants: Sequence[Statement], statements: Sequence[Statement], widest: int) -> str:
    """Return the module's source with the imports and constants it needs, in lines of at most ``widest`` columns."""
    text = render_module("", statements, widest)
    kept = [each for each in constants if isinstance(each, Assign) and isinstance(each.target, Name)
            and re.search(rf"\b{each.target.id}\b", text)]  # fmt: skip
    whole = "\n".join(render_block(tuple(kept))) + text
    lines = [f"import {name}" for name in ("dataclasses", "functools", "math") if re.search(rf"\b{name}\.", whole)]
    lines += ["from collections.abc import Callable"] if "Callable" in whole else []
    typed = [name for name in ("Any", "NamedTuple") if re.search(rf"\b{name}\b", whole)]
    lines += [f"from typing import {', '.join(typed)}"] if typed else []
    lines += [""] if lines else []
    lines += ["import jax"] if re.search(r"\bjax\.", whole) else []
    lines += ["import jax.numpy as jnp"] if "jnp." in whole else []
    lines += ["from jax import lax"] if re.search(r"(?<!\.)\blax\.", whole) else []
    head = "\n".join([*lines, *(["", *render_block(tuple(kept))] if kept else [])])
    return render_module(head, statements, widest)
