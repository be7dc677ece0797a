"""Numbers kept in fewer bytes: whole ones only where they fit."""

from synthesis.core.signatures import Domain
from synthesis.drawing.storage import Storage
from synthesis.drawing.streams import Stream

SHARES = {"float32": (("float16", 1.0),), "int32": (("uint8", 1.0),)}


def test_whole_numbers_are_stored_where_they_fit() -> None:
    storage = Storage(Stream("storage"), SHARES)
    assert storage.of("int32", Domain(low=0, high=255)) == "uint8"
    assert storage.of("int32", Domain(low=0, high=256)) == "int32"
    assert storage.of("int32", Domain(low=-1, high=3)) == "int32"


def test_floats_are_stored_as_was_chosen_and_others_as_they_are() -> None:
    storage = Storage(Stream("storage"), SHARES)
    assert storage.of("float32", Domain(low=-400.0, high=400.0)) == "float16"
    assert storage.of("float64", Domain(low=0.0, high=1.0)) == "float64"


def test_a_kernel_keeps_to_one_choice_and_kernels_differ() -> None:
    shares = {"float32": (("float32", 0.5), ("bfloat16", 0.5))}
    domain = Domain(low=0.0, high=1.0)
    chosen = [Storage(Stream("storage", number), shares).of("float32", domain) for number in range(40)]
    assert set(chosen) == {"float32", "bfloat16"}
    assert chosen == [Storage(Stream("storage", number), shares).of("float32", domain) for number in range(40)]
