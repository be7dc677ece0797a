"""Finds calls of JAX's public functions that can be traced: usual, with other types, with options, transformed."""

import hashlib
import importlib
import inspect
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import jax as _jax

from synthesis.core.examples import parse_type
from synthesis.frontends.plain_names import public_jax_modules

jax: Any = _jax
TYPES = {
    "v": "f32[6]", "w": "f32[6]", "x": "f32[6]", "y": "f32[4]", "m": "f32[4,4]", "n": "f32[4,4]", "t": "f32[2,3,4]",
    "s": "f32[]", "r": "f32[]", "p": "f32[6] in 0.1..0.9", "q": "f32[6] in 1.5..4", "o": "f32[6] in 0.5..3",
    "i": "i32[6]", "j": "i32[6] in 0..5", "k": "i32[6] in 1..9", "b": "bool[6]", "c": "c64[6]", "z": "c64[4,4]",
    "g": "f32[1,8,8,3]", "l": "f32[8,8]", "u": "u32[2]",
}  # fmt: skip
"""The types of the letters in a call. ``u`` is a random key, and ``d`` a positive definite matrix."""
_KEY = "jax.random.wrap_key_data(u)"
_DEFINITE = "(m @ m.T + 2 * jnp.eye(4))"
USUAL = (
    "v", "v, w", "o, o", "v, w, x", "p", "q", "q, o", "o, o, p", "p, o, o", "j, o", "j, p", "k, p", "j, o, o",
    "j, k, p", "m", "d", "m, n", "d, n", "m, y", "d, y", "d, d", "i", "i, k", "j, k", "b", "b, v, w", "v, j", "j, v",
    "c", "z", "t", "v, w, s", "v, s, s", "s", "s, r", "v, s", "s, v", "v, w, x, p", "l", "l, m", "g", "l, [v, w]",
    "K", "K, v", "K, s, r", "K, o", "K, o, o", "K, p", "K, j", "K, 3, p", "K, d[0], d", "K, (3,)", "K, (3,), 0, 9",
    "K, 5", "[v, w]", "[m, n]", "v, 2", "v, 0", "m, 1", "t, 1", "i, 1", "i, 3", "m, 0, 1", "m, 1, 2, 0", "t, (1, 2)",
    "v, (2, 3)", "m, (1, 0)", "v, j, 6", "m, (0, 1), (2, 2)", "v, (1,), (2,)", "v, (2,), (5,)", "v, w[:2], (1,)",
    "v, (6, 2), (0,)", "v, w, (2,)", "v, w[0], 2, 0", "v, 2, 3, 0", "v, 0, 3", "6", "6, 4", "3, 4", "jnp.float32, 6",
    "jnp.float32, (4, 3), 1", "(3, 4)", "(3, 4), 2.0", "0.0, 1.0, 5", "g, (1, 4, 4, 3), 'bilinear'",
    "t[:, :, :2], w[:3, None, None] * t[:1]", "v, jnp.float32", "v, 'float32'", "v, 5, 3, 2", "v, [v[0]], [0]",
    "jnp.cumsum, v", "jnp.add, v", "jnp.sin, v", "lambda a: a * 2, v", "lambda a, b: (a * b, a), v[0], w",
    "0, 3, lambda k, a: a * 1.5, v", "lambda a: a[0] < 5, lambda a: a * 2 + 1, v", "v[0] > 0, jnp.sin, jnp.cos, w",
    "1, [jnp.sin, jnp.cos], w", "jnp.add, v, axis=0", "lambda a: jnp.sum(a), 0, t", "v, 0.0, jax.lax.add, (0,)",
    "l, 0.0, jax.lax.add, (2, 2), (2, 2), 'VALID'", "t, v[None, None, :3], (1,), 'SAME'",
    "g.transpose(0, 3, 1, 2), l[None, None, :3, :3] * jnp.ones((4, 3, 1, 1)), (1, 1), 'SAME'",
    "v, ((1, 2, 0),), 0.5", "v, 0.5, ((1, 2, 0),)", "m, n, (((1,), (0,)), ((), ()))",
    "m, n[:, :, None] * jnp.ones(2), j[:2]", "v, axis=0, num_segments=6", "v, 8, 7", "v, (0,)", "v, v[0], (0,)",
    "l, [4 * o, 4 * p]", "m, (8, 8), 'linear'", "v, w, 0, 3", "c, (6,), (0,)", "c, 'fft', (6,)", "j, 6",
    "jnp.abs(j), jnp.abs(k), 5", "p / jnp.sum(p), o", "j, jnp.sum(j), p / jnp.sum(p)", "K, p / jnp.sum(p), o",
    "v, jnp.zeros(6), jnp.eye(6)", "jnp.sort(v), 3", "jnp.sort(v), w", "v, jnp.sort(w), x", "jnp.sort(v), w, x",
    "o, o, j", "2, 1, p, p", "jnp.array([1, 2]), jnp.array([2, 3]), p[:2], o[:2]", "v, j[None, :1]",
    "v, j[:1, None], w[:1]", "v, lambda a: a * 2", "v, 'ij'",
)  # fmt: skip
"""Argument lists that a function is tried with, the most likely first. ``K`` is a random key."""
CHOSEN = {
    "jax.lax.polygamma": "jnp.ceil(o), o",
    "jax.ops.segment_max": "v, jnp.arange(6) // 2, 3",
    "jax.ops.segment_min": "v, jnp.arange(6) // 2, 3",
    "jax.scipy.stats.dirichlet.logpdf": "p / jnp.sum(p), o",
    "jax.scipy.stats.dirichlet.pdf": "p / jnp.sum(p), o",
    "jax.scipy.stats.multinomial.logpmf": "j, jnp.sum(j), p / jnp.sum(p)",
    "jax.scipy.stats.poisson.logpmf": "j, o",
}
"""The argument lists of functions that are infinite, or not numbers, on others.

The order of a polygamma function is an integer, a segment without elements has an infinite maximum, the probabilities
of a distribution have the sum 1, and what is counted is an integer.
"""
OPTIONS = (
    "axis=0", "axis=-1", "keepdims=True", "axis=(0, 1)", "axis=0, keepdims=True", "lower=True", "k=1", "mode='same'",
    "mode='clip'", "side='right'", "descending=True", "right=True", "ord=1", "ord=2", "full_matrices=False",
    "compute_uv=False", "mode='r'", "where=v > 0", "initial=1.0", "ddof=1", "rowvar=False", "norm='ortho'", "n=4",
    "type=2", "shape=(3, 2)", "(3, 2)", "dtype=jnp.bfloat16", "approximate=False", "alpha=0.5", "reverse=True",
    "equal_nan=True", "precision='highest'", "loc=0.5, scale=2.0", "assume_a='pos'", "trans=1", "method='linear'",
)  # fmt: skip
OTHERS = ("bf16", "f16", "c64", "i8", "u8", "f64")
"""Types that replace float32. JAX itself converts the last one to float32."""
TRANSFORMED = {
    "vmap": "jax.vmap(lambda a: {call})({letter}[:, None] * jnp.linspace(0.9, 1.0, 6))",
    "grad": "jax.grad(lambda a: sum(jnp.sum(jnp.real(each)) for each in jax.tree.leaves({call})))({letter})",
    "jvp": "jax.jvp(lambda a: {call}, ({letter},), (jnp.ones_like({letter}),))",
    "jit": "jax.jit(lambda a: {call})({letter})",
    "checkpoint": "jax.checkpoint(lambda a: {call})({letter})",
}
"""Templates of transformations of the call as a function of its first array."""
_TOOLS = frozenset({
    "array_repr", "array_str", "block", "broadcast_shapes", "can_cast", "copy", "dtype", "finfo", "from_dlpack",
    "frombuffer", "fromfile", "frompyfunc", "fromstring", "get_printoptions", "iinfo", "isdtype", "issubdtype", "jit",
    "load", "printoptions", "promote_types", "result_type", "save", "savez", "set_printoptions", "vectorize",
})  # fmt: skip
"""Functions that return no arrays, or that read files or memory."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call as a function in a file: its name, the kind of the call, and its Python source."""

    name: str
    kind: str
    source: str


def public_functions() -> Iterator[tuple[str, Any]]:
    """Yield the path of every public function of JAX, and the function; one in several modules is yielded once."""
    known = set[int]()
    for path in public_jax_modules():
        module = importlib.import_module(path)
        for name in sorted(getattr(module, "__all__", None) or dir(module)):
            function = getattr(module, name, None)
            if name.startswith("_") or name.endswith("_p") or name in _TOOLS or not _is_function(function):
                continue
            if id(function) not in known:
                known.add(id(function))
                yield f"{path}.{name}", function


def _is_function(value: Any) -> bool:
    plain = callable(value) and not inspect.isclass(value) and not isinstance(value, ModuleType)
    return plain and value.__class__.__name__ not in ("_ScalarMeta", "Primitive")


def calls_of(path: str) -> Iterator[Call]:
    """Yield the calls of a function that JAX traces and lowers: the usual one, and one of each of a few other kinds.

    The function's name decides which type and which transformation are tried, so that all of them occur.
    """
    known = CHOSEN.get(path)
    usual = next((each for each in ([known] if known else USUAL) if _lowered(f"{path}({each})")), None)
    if usual is None:
        return
    call, name = f"{path}({usual})", path.replace(".", "_")
    yield _written(name, "usual", call)
    number = int.from_bytes(hashlib.sha256(path.encode()).digest()[:4], "big")
    for place in range(len(OTHERS)):
        kind = OTHERS[(number + place) % len(OTHERS)]
        if any("f32" in TYPES[letter] for letter in _letters(call)) and _lowered(call, kind):
            yield _written(f"{name}_{kind}", "another type", call, kind)
            break
    text = str(_lowered(call))
    for place in range(len(OPTIONS)):
        option = OPTIONS[(number + place) % len(OPTIONS)]
        made = _lowered(f"{path}({usual}, {option})")
        if made and str(made) != text:
            yield _written(f"{name}_option", "an option", f"{path}({usual}, {option})")
            break
    names = list(TRANSFORMED)
    for place in range(len(names)):
        transformed = names[(number + place) % len(names)]
        letter = next(iter(re.findall(r"\b[vopqmd]\b(?!')", call)), "-")
        inner = re.sub(rf"\b{letter}\b(?!')", "a", call)
        whole = TRANSFORMED[transformed].format(call=inner, letter=letter)
        if letter in "vopqmd" and _lowered(whole):
            yield _written(f"{name}_{transformed}", transformed, whole)
            break


def _letters(call: str) -> list[str]:
    """Return the letters of a call that stand for arrays, in order."""
    words = re.findall(r"(?<![\w.'])[a-zA-Z]\b(?!')", _spelled(call))
    bound = set(re.findall(r"lambda ([\w, ]+):", call))
    own = {letter.strip() for each in bound for letter in each.split(",")}
    return [each for each in dict.fromkeys(words) if each in TYPES and (each not in own or call.endswith(f"({each})"))]


def _spelled(call: str) -> str:
    """Return a call with the letters replaced that stand for more than an array."""
    return re.sub(r"\bd\b(?!')", _DEFINITE, re.sub(r"\bK\b", _KEY, call))


def _types(call: str, kind: str) -> dict[str, str]:
    taken = {letter: TYPES[letter] for letter in _letters(call)}
    return {letter: _of_kind(text, kind) if kind else text for letter, text in taken.items()}


def _of_kind(text: str, kind: str) -> str:
    """Return a type with float32 replaced by another one; integers have the integers of the domain, or 0 and 1."""
    changed = text.replace("f32", kind)
    if changed == text or kind not in ("i8", "u8") or " in " not in text:
        return changed
    head, _, domain = changed.partition(" in ")
    low, high = (float(each) for each in domain.split(".."))
    whole = (math.ceil(low), math.floor(high))
    return f"{head} in {whole[0]}..{whole[1]}" if whole[0] < whole[1] else f"{head} in 0..1"


def _lowered(call: str, kind: str = "") -> Any:
    """Return the jaxpr of a call that JAX traces and lowers to arrays of moderate size; None for any other call."""
    types = _types(call, kind)
    given = [parse_type(text) for text in types.values()]
    names = {"jax": jax, "jnp": jax.numpy}
    try:
        function = eval(f"lambda {', '.join(types)}: {_spelled(call)}", names)
        traced = jax.jit(function, keep_unused=True).trace(
            *(jax.ShapeDtypeStruct(each.shape, jax.numpy.dtype(each.dtype)) for each in given)
        )
        leaves = jax.tree.leaves(traced.out_info)
        if not leaves or not all(0 < each.size < 100_000 and each.dtype.kind in "biufcV" for each in leaves):
            return None
        if not types and not traced.jaxpr.eqns:
            return None
        traced.lower()
    except Exception:  # noqa: BLE001 (what is no call of it)
        return None
    return None if any(str(each.dtype).startswith(("key", "float0")) for each in leaves) else traced.jaxpr


def _written(name: str, kind: str, call: str, dtype: str = "") -> Call:
    types = _types(call, dtype)
    example = ", ".join(f'"{each}"' for each in types.values())
    source = f"@synthesis.example({example})\ndef {name}({', '.join(types)}):\n    return {_spelled(call)}\n"
    return Call(name, kind, source)
