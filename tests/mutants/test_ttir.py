"""Mutants of TTIR: each kind of change is found, and leaves a text that can be read."""

import random
from collections import Counter

import pytest

from synthesis.core.languages import MLIR
from synthesis.frontends.base import Level
from synthesis.verification.mutating.choosing import mutants
from synthesis.verification.mutating.records import Kind

TEXT = """module {
  tt.func public @scaled(%x: !tt.ptr<f32>, %out: !tt.ptr<f32>, %n: i32, %a: f32) attributes {noinline = false} {
    %cst = arith.constant dense<2.500000e+00> : tensor<64xf32>
    %c64 = arith.constant 64 : i32
    %0 = tt.get_program_id x : i32
    %1 = arith.muli %0, %c64 : i32
    %2 = tt.make_range {end = 64 : i32, start = 0 : i32} : tensor<64xi32>
    %3 = tt.splat %1 : i32 -> tensor<64xi32>
    %4 = arith.addi %3, %2 : tensor<64xi32>
    %5 = tt.splat %n : i32 -> tensor<64xi32>
    %6 = arith.cmpi slt, %4, %5 : tensor<64xi32>
    %7 = tt.splat %x : !tt.ptr<f32> -> tensor<64x!tt.ptr<f32>>
    %8 = tt.addptr %7, %4 : tensor<64x!tt.ptr<f32>>, tensor<64xi32>
    %9 = tt.load %8, %6 : tensor<64x!tt.ptr<f32>>
    %10 = tt.splat %a : f32 -> tensor<64xf32>
    %11 = arith.mulf %9, %10 : tensor<64xf32>
    %12 = arith.cmpf ogt, %11, %cst : tensor<64xf32>
    %13 = math.exp %9 : tensor<64xf32>
    %14 = arith.select %12, %13, %11 : tensor<64xi1>, tensor<64xf32>
    %15 = tt.splat %out : !tt.ptr<f32> -> tensor<64x!tt.ptr<f32>>
    %16 = tt.addptr %15, %4 : tensor<64x!tt.ptr<f32>>, tensor<64xi32>
    tt.store %16, %14, %6 : tensor<64x!tt.ptr<f32>>
    tt.return
  }
}
"""
FOUND = {
    Kind.OPERATOR: ("%11 = arith.mulf", "%11 = arith.divf"),
    Kind.COMPARISON: ("arith.cmpf ogt", "arith.cmpf olt"),
    Kind.TENTH: ("dense<2.500000e+00>", "dense<2.250000e+00>"),
    Kind.EXCHANGED: ("arith.select %12, %13, %11", "arith.select %12, %11, %13"),
    Kind.OPERAND: ("math.exp %9", "math.exp %11"),
}


def changed(count: int = 400) -> list[tuple[Kind, str]]:
    level = Level(name="ttir", language=MLIR)
    return [(each.kind, each.text) for each in mutants(TEXT, level, random.Random(1), count)]


@pytest.mark.parametrize("kind", FOUND)
def test_a_kind_of_change_is_found(kind: Kind) -> None:
    before, after = FOUND[kind]
    assert TEXT.replace(before, after) in [text for found, text in changed() if found is kind]


def test_mutants_are_of_many_kinds_and_nearly_all_can_be_read() -> None:
    from synthesis.frontends.triton.texts import TextError, parse

    found = changed()
    assert len(Counter(kind for kind, _ in found)) >= 8
    unread = list[str]()
    for _, text in found:
        assert text != TEXT
        try:
            parse(text)
        except TextError:
            unread.append(text)
    assert 10 * len(unread) <= len(found)
