"""Plain data as bytes: what is written is read, and nothing else ever comes of bytes, whoever made them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from typing_extensions import TypeAliasType

from synthesis.core.sandbox.wire import WireError, decode, encode

Kind = TypeVar("Kind", bound=np.generic)
Named = TypeAliasType("Named", np.ndarray[Any, np.dtype[Kind]], type_params=(Kind,))
"""What ``NDArray`` is in NumPy 2.5, from Python 3.12 on."""


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Inner:
    number: float
    colour: Colour = Colour.RED


@dataclass(frozen=True, slots=True)
class Outer:
    inner: tuple[Inner, ...]
    other: Inner | None
    values: Mapping[Inner, Any]
    names: frozenset[str]
    place: Path


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(PLAIN)
def test_plain_data_is_what_it_was(value: object) -> None:
    assert decode(encode(value), Any) == value


@given(arrays.arrays(arrays.scalar_dtypes().filter(lambda dtype: dtype.kind in "biufc" and dtype.isnative
                                                   and dtype.name not in ("float128", "longdouble", "complex256")),
                     arrays.array_shapes(min_dims=0, min_side=0)))  # fmt: skip
def test_arrays_are_what_they_were(value: np.ndarray[Any, Any]) -> None:
    found = decode(encode(value), np.ndarray[Any, Any])
    assert found.dtype == value.dtype
    assert found.shape == value.shape
    assert found.tobytes() == value.tobytes()


def test_named_types_are_what_they_stand_for() -> None:
    found = decode(encode({"a": np.arange(3)}), Mapping[str, Named[Any]] | Inner)
    assert np.array_equal(found["a"], np.arange(3))


def test_records_keep_their_types_and_what_they_share() -> None:
    inner = Inner(3)
    array = np.arange(4)
    value = Outer((inner, inner, Inner(0.5)), None, {inner: array, Inner(9): array}, frozenset("ab"), Path("a/b"))
    found = decode(encode(value), Outer)
    assert (found.inner, found.other, found.names, found.place) == (value.inner, None, value.names, value.place)
    assert type(found.inner[0].number) is int
    assert found.inner[0] is found.inner[1]
    first, second = found.values.values()
    assert first is second
    assert np.array_equal(first, array)


def test_small_and_structured_formats_travel() -> None:
    for value in (
        np.arange(5).astype(ml_dtypes.bfloat16),
        np.zeros(3, np.dtype([("x", "f4", (3,)), ("inner", [("n", "i8")])], align=True)),
        np.float16(1.5),
        np.bool_(True),
    ):
        found = decode(encode(value), Any)
        assert found.dtype == value.dtype
        assert np.array_equal(found, value)


def test_names_stand_for_what_is_known_on_both_sides() -> None:
    data = encode([Inner(1)], {Inner: lambda inner: str(inner.number)})
    assert decode(data, list[Inner], {Inner: lambda text: Inner(int(text))}) == [Inner(1)]


@pytest.mark.parametrize("kind", [Inner, list[int], Mapping[str, int], Colour, str, np.ndarray[Any, Any], Inner | None])
def test_what_is_of_another_type_is_refused(kind: Any) -> None:
    for value in (3.5, ["x"], {"a": "b"}, Outer((), None, {}, frozenset(), Path()), b"x", [Inner(1)]):
        if kind is str and isinstance(value, str):
            continue
        with pytest.raises(WireError):
            decode(encode(value), kind)


def test_a_record_is_none_of_another_name_or_with_other_fields() -> None:
    data = encode(Inner(1.5))
    for changed in (data.replace(b"Inner", b"Outer"), data.replace(b"1.5", b'"x"'), data.replace(b"RED", b"TAN")):
        with pytest.raises(WireError):
            decode(changed, Inner)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_an_error(data: bytes) -> None:
    for kind in (Any, Outer, list[Inner]):
        try:
            decode(data, kind)
        except WireError:
            continue


@given(st.data())
def test_a_message_with_bytes_changed_is_a_message_or_an_error(data: st.DataObject) -> None:
    good = bytearray(encode(Outer((Inner(2),), Inner(1), {Inner(0): np.arange(3.0)}, frozenset("a"), Path("x"))))
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = decode(bytes(good), Outer)
    except WireError:
        return
    assert isinstance(found, Outer)
    assert all(isinstance(each, Inner) for each in found.inner)


def test_deep_and_huge_messages_are_refused() -> None:
    def message(header: str) -> bytes:
        return len(header).to_bytes(8, "little") + header.encode()

    for header in (
        "[" * 100_000,
        '[["list",' * 300 + "1" + "]" * 300 + ",[]]",
        '[["array",0],[["float64",[1000000000000]]]]',
        '[["array",0],[["O",[1]]]]',
        '[["array",-1],[["float64",[-1]]]]',
        '[["array",0],[["object",[0]]]]',
    ):
        with pytest.raises(WireError):
            decode(message(header), Any)
    with pytest.raises(WireError):
        decode((1 << 62).to_bytes(8, "little"), Any)


def test_what_is_not_plain_cannot_be_sent() -> None:
    for value in (object(), len, {1: lambda: None}):
        with pytest.raises(TypeError, match="cannot send"):
            encode(value)
