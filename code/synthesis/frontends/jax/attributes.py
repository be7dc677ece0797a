"""Arrays as attributes of MLIR, the form in which StableHLO's interpreter takes and returns them."""

import math
import re
from typing import Any

import numpy as np

from synthesis.frontends.jax.graphs import dtype_of
from synthesis.frontends.jax.lowering import ir, mlir


def attribute_of(value: Any) -> Any:
    """Return an array as an attribute, the form in which the interpreter takes it."""
    value = np.asarray(value, order="C")
    if value.dtype == np.bool_:
        return ir.DenseElementsAttr.get(value)
    if value.dtype.kind == "u":
        kind = ir.IntegerType.get_unsigned(8 * value.dtype.itemsize)
        return ir.DenseElementsAttr.get(value, type=kind, shape=value.shape)
    if value.dtype.name == "bfloat16":
        return ir.DenseElementsAttr.get(value.view(np.uint16), type=ir.BF16Type.get(), shape=value.shape)
    return ir.DenseElementsAttr.get(value, type=mlir.dtype_to_ir_type(value.dtype), shape=value.shape)


def array_of(attribute: Any) -> Any:
    """Return a result of the interpreter as an array."""
    kind = ir.RankedTensorType(attribute.type)
    name = str(kind.element_type)
    dtype = dtype_of({"i1": "bool"}.get(name, name.replace("ui", "u")))
    assert dtype is not None
    shape = tuple(kind.shape)
    if dtype.itemsize == 2 and dtype.kind not in "iu":
        return np.broadcast_to(_small_floats(attribute, dtype), (math.prod(shape),)).reshape(shape)
    if dtype.kind == "V":
        return np.broadcast_to(_narrow_numbers(attribute, dtype), (math.prod(shape),)).reshape(shape)
    if attribute.is_splat:
        return np.full(shape, attribute.get_splat_value().value, dtype)
    if dtype == np.bool_:
        truths = ir.DenseIntElementsAttr(attribute)
        return np.array([truths[number] for number in range(math.prod(shape))], bool).reshape(shape)
    return np.array(attribute).reshape(shape).astype(dtype)


def _small_floats(attribute: Any, dtype: Any) -> Any:
    """Return the numbers of a dense attribute, read from its text; a single number for a splat.

    MLIR's binding does not support small formats. MLIR prints a number in decimal if that reads back as the same
    number, otherwise its bits in hexadecimal. It prints a large attribute as one string with the bits of all numbers.
    """
    text = _elements(attribute)
    if text.startswith('"'):
        return np.frombuffer(bytes.fromhex(text[3:-1]), dtype)
    bits = np.array([_bits(word, dtype) for word in re.findall(r"[\w.+-]+", text)], np.uint16)
    return bits.view(dtype)


def _narrow_numbers(attribute: Any, dtype: Any) -> Any:
    """Return integers of fewer than 8 bits, read from the text of a dense attribute.

    A large attribute is printed as one string, in which each integer takes one byte.
    """
    text = _elements(attribute)
    if text.startswith('"'):
        return np.frombuffer(bytes.fromhex(text[3:-1]), np.int8).astype(dtype)
    return np.array([int(word) for word in re.findall(r"-?\d+", text)]).astype(dtype)


def _elements(attribute: Any) -> str:
    """Return the text between the brackets of a dense attribute."""
    return str(attribute).partition("dense<")[2].rpartition(">")[0].rpartition(">")[0]


def _bits(word: str, dtype: Any) -> int:
    return int(word, 16) if word.startswith("0x") else int(np.array(float(word), dtype).view(np.uint16))
