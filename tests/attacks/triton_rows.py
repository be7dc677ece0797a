"""Attacks from Triton's texts and sources: hostile TTIR is interpreted, compiled again, or refused before either."""

import re
from collections.abc import Callable, Iterator

from attacks.records import Attack, Canary, Row
from attacks.texts import NothingToEditError

_RETURN = "    tt.return\n"
_I32 = "    %x0 = arith.constant 3 : i32\n"
_F32 = "    %x1 = arith.constant 3.000000e+00 : f32\n"
_BIG = "tensor<1024x1024xf32>"
_PRODUCT = f"tt.dot %h{{}}, %h, %h : {_BIG} * {_BIG} -> {_BIG}\n"


def _calls(count: int, deep: int) -> str:
    """Functions that each call the next one several times."""
    names = [f"bomb{number}" for number in range(deep)]
    bodies = [f"    tt.call @{name}() : () -> ()\n" * count for name in names[1:]] + [_I32]
    return "".join(
        f"  tt.func private @{name}() attributes {{noinline = true}} {{\n{body}    tt.return\n  }}\n"
        for name, body in zip(names, bodies, strict=True)
    )


def _nested(deep: int) -> str:
    return "    %t0 = arith.constant true\n" + "    scf.if %t0 {\n" * deep + "    }\n" * deep


INSERTED: dict[str, tuple[str, str]] = {
    "assembly": (
        "calls out",
        _I32
        + '    %x2 = tt.elementwise_inline_asm "mov.u32 $0, $1;" {constraints = "=r,r", packed_element = 1 : i32, '
        "pure = true} %x0 : i32 -> i32\n",
    ),
    "a function of another library": (
        "calls out",
        _F32
        + '    %x2 = tt.extern_elementwise %x1 {libname = "c", libpath = "@SECRET@", pure = false, symbol = "system"} '
        ": (f32) -> f32\n",
    ),
    "a call of C": ("calls out", "    tt.call @system() : () -> ()\n"),
    "an operation of LLVM": ("calls out", '    llvm.inline_asm has_side_effects "trap;", "" : () -> ()\n'),
    "an unregistered operation": ("calls out", '    "os.system"() {command = "touch @FOLDER@/made"} : () -> ()\n'),
    "prints": ("calls out", _I32 + '    tt.print "@SECRET@" {hex = false, isSigned = array<i32: 1>} : %x0 : i32\n'),
    "an assertion that fails": (
        "faults",
        '    %x2 = arith.constant false\n    tt.assert %x2, "{canary}" : i1\n',
    ),
    "an endless while": (
        "time",
        "    scf.while : () -> () {\n      %t0 = arith.constant true\n      scf.condition(%t0)\n    } do {\n"
        "      scf.yield\n    }\n",
    ),
    "two billion trips": (
        "time",
        "    %f0 = arith.constant 0 : i32\n    %f1 = arith.constant 2147483647 : i32\n"
        "    %f2 = arith.constant 1 : i32\n"
        "    scf.for %i = %f0 to %f1 step %f2 : i32 {\n      %x3 = arith.addi %i, %i : i32\n    }\n",
    ),
    "a step of zero": (
        "time",
        "    %f0 = arith.constant 0 : i32\n    %f1 = arith.constant 9 : i32\n"
        "    scf.for %i = %f0 to %f1 step %f0 : i32 {\n    }\n",
    ),
    "an endless branch": ("time", "    cf.br ^bb1\n  ^bb1:\n    cf.br ^bb1\n  ^bb2:\n"),
    "a huge range": (
        "resources",
        "    %h = tt.make_range {end = 1073741824 : i32, start = 0 : i32} : tensor<1073741824xi32>\n",
    ),
    "a huge constant": ("resources", "    %h = arith.constant dense<1.000000e+00> : tensor<4000000000000xf32>\n"),
    "a product of sizes that wraps": (
        "resources",
        "    %h = arith.constant dense<1.000000e+00> : tensor<4294967296x4294967296xf32>\n",
    ),
    "many blocks": (
        "resources",
        _F32 + "".join(f"    %h{number} = tt.splat %x1 : f32 -> tensor<1048576xf32>\n" for number in range(4000)),
    ),
    "a huge product": (
        "resources",
        "    %h = arith.constant dense<1.000000e+00> : tensor<1024x1024xf32>\n"
        + "".join(f"    %h{number} = {_PRODUCT.format('')}" for number in range(200)),
    ),
    "expensive code that never runs": (
        "resources",
        "    %t1 = tt.get_program_id x : i32\n    %t2 = arith.constant -5 : i32\n"
        "    %t3 = arith.cmpi eq, %t1, %t2 : i32\n    scf.if %t3 {\n"
        "      %h = arith.constant dense<1.000000e+00> : tensor<1024x1024xf32>\n"
        + "".join(f"      %h{number} = {_PRODUCT.format(number - 1 if number else '')}" for number in range(200))
        + "      %s = tt.splat @POINTER@ -> tensor<1024x1024x@TYPE@>\n"
        + "      %w = tt.bitcast %s : tensor<1024x1024x@TYPE@> -> tensor<1024x1024x!tt.ptr<f32>>\n"
        + "      tt.store %w, %h199 : tensor<1024x1024x!tt.ptr<f32>>\n    }\n",
    ),
    "nested regions": ("resources", _nested(20_000)),
    "nested regions, few": ("resources", _nested(200)),
    "nested brackets": ("resources", "    %h = arith.constant " + "[" * 200_000 + "\n"),
    "nested types": (
        "resources",
        "    %h = arith.constant dense<1> : " + "tensor<1x" * 100_000 + "i32" + ">" * 100_000 + "\n",
    ),
    "a million lines": ("resources", "    %f0 = arith.constant 0 : i32\n" * 1_000_000),
    "sixty thousand lines": (
        "resources",
        _I32 + "".join(f"    %y{number} = arith.addi %x0, %x0 : i32\n" for number in range(60_000)),
    ),
    "a line of millions": ("resources", "    %h = arith.constant " + " <" * 1_500_000 + "\n"),
    "a number of a million digits": ("resources", f"    %h = arith.constant {'9' * 1_000_000} : i32\n"),
    "a constant of megabytes": (
        "resources",
        f'    %h = arith.constant dense<"0x{"FF" * 1_000_000}"> : tensor<500000xi32>\n',
    ),
    "an address": ("memory", "    %a = arith.constant 4096 : i64\n    %b = tt.int_to_ptr %a : i64 -> !tt.ptr<f32>\n"),
    "an address by a cast": (
        "memory",
        "    %a = arith.constant 4096 : i64\n    %b = tt.bitcast %a : i64 -> !tt.ptr<f32>\n",
    ),
    "the number of a pointer": ("memory", "    %b = tt.ptr_to_int @POINTER@ -> i64\n"),
    "a load before the array": (
        "memory",
        "    %a = arith.constant -1 : i32\n    %b = tt.addptr @ARGUMENT@, %a : @TYPE@, i32\n"
        "    %c = tt.load %b : @TYPE@\n",
    ),
    "a load far behind the array": (
        "memory",
        "    %a = arith.constant 4611686018427387904 : i64\n    %b = tt.addptr @ARGUMENT@, %a : @TYPE@, i64\n"
        "    %c = tt.load %b : @TYPE@\n",
    ),
    "offsets that wrap": (
        "memory",
        "    %a = arith.constant 9223372036854775807 : i64\n    %b = tt.addptr @ARGUMENT@, %a : @TYPE@, i64\n"
        "    %c = tt.addptr %b, %a : @TYPE@, i64\n    %d = tt.load %c : @TYPE@\n",
    ),
    "a descriptor with negative strides": (
        "memory",
        "    %a = arith.constant 64 : i32\n    %b = arith.constant -64 : i64\n    %c = arith.constant 1 : i64\n"
        "    %d = tt.make_tensor_descriptor @ARGUMENT@, [%a, %a], [%b, %c] : @TYPE@, !tt.tensordesc<16x16x@ELEMENT@>\n"
        "    %e = arith.constant 1 : i32\n"
        "    %f = tt.descriptor_load %d[%e, %e] : !tt.tensordesc<16x16x@ELEMENT@> -> tensor<16x16x@ELEMENT@>\n",
    ),
    "ANSI": ("names", "    %h = \x1b[2Jarith.constant 1 : i32\r\nverified\n"),
    "half a character": ("names", "    %h = arith.constant \ud800 : i32\n"),
    "a null": ("names", "    %h = arith.constant \0 : i32\n"),
}  # fmt: skip
"""Name to the kind, and what is inserted before the end of the kernel."""
_POINTER = re.compile(r"(%arg\d+): (!tt\.ptr<(\w+)>)")
AROUND: dict[str, tuple[str, str, str]] = {
    "a text in a text": ("resources", "module {\n" * 20_000, ""),
    "a location that is a file": ("files", '#loc = loc("@SECRET@":1:1)\n', ""),
    "a resource": ("files", "", '{-# dialect_resources: {builtin: {a: "0x08000000"}}, file: "@SECRET@" #-}\n'),
    "another module behind": ("wrong", "", "module {\n}\n"),
    "calls without end": ("time", "", ""),
}
"""Name to the kind, what stands before the text, and what behind it."""
HARMLESS = ("a location that is a file",)
"""What leaves the text right: a location is a name, and nothing reads the file."""
REPLACED: dict[str, tuple[str, str, str, str]] = {
    "another operation": ("wrong", "ttir", r"arith\.(addf|mulf|subf|divf)", "arith.maximumf"),
    "another kernel": ("wrong", "ttir", r"@\w+\(", "@other("),
    "two kernels of one name": ("wrong", "ttir", r"(?s)(  tt\.func public .*\n  \}\n)", r"\1\1"),
    "a kernel that calls itself": (
        "time", "ttir", r"(?s)(tt\.func public @(\w+)\(.*)    tt\.return\n",
        r"\1    tt.call @\2() : () -> ()\n    tt.return\n",
    ),
    "no store": ("wrong", "ttir", r"    tt\.store .*\n", ""),
    "half of the text": ("nonsense", "ttir", r"(?s)^(.{400}).*", r"\1"),
    "PTX with another instruction": ("wrong", "ptx", r"ld\.global", "ld.shared"),
    "PTX with a byte more": ("wrong", "ptx", r"\Z", " "),
    "PTX that includes a file": ("files", "ptx", r"\A", '.include "@SECRET@"\n'),
    "PTX that is nothing": ("nonsense", "ptx", r"(?s)\A.*\Z", "nonsense"),
}  # fmt: skip
"""Name to the kind, the level, a pattern, and what stands there instead."""
SOURCES = {
    "system call on import": ("system calls", "import os\nos.system('touch @FOLDER@/import')"),
    "system call in a decorator": (
        "system calls",
        "@triton.jit\n@open('@FOLDER@/source', 'w')\ndef other(x):\n    return x",
    ),
    "system call while it compiles": (
        "system calls",
        "@triton.jit\ndef other(x):\n    tl.static_assert(open('@FOLDER@/source', 'w'))\n    return x",
    ),
    "system call in an annotation": (
        "system calls",
        "@triton.jit\ndef other(x: open('@FOLDER@/source', 'w')):\n    return x",
    ),
    "prints while it compiles": ("calls out", "@triton.jit\ndef other(x):\n    tl.static_print(x)\n    return x"),
    "prints while it runs": ("calls out", "@triton.jit\ndef other(x):\n    tl.device_print('x', x)\n    return x"),
    "assembly": (
        "calls out",
        "@triton.jit\ndef other(x):\n    return tl.inline_asm_elementwise('trap;', '=r,r', [x], tl.int32, False, 1)",
    ),
    "a function of a library": (
        "calls out",
        "@triton.jit\ndef other(x):\n    return tl.core.extern_elementwise('c', '@SECRET@', [x], {}, is_pure=True)",
    ),
    "libdevice of another path": ("calls out", "from triton.language.extra import libdevice"),
    "changes the compiler": ("monkeypatching", "import triton.compiler as c\nc.compile = print"),
    "changes knobs": ("monkeypatching", "triton.knobs.compilation.override = True"),
    "changes the language": ("monkeypatching", "tl.exp = tl.log"),
    "changes the environment": ("monkeypatching", "import os\nos.environ['TRITON_INTERPRET'] = '1'"),
    "sees the interpreter": ("detection", "from triton.runtime import interpreter"),
    "tunes itself": ("time", "other = triton.autotune([], [])"),
    "loop on import": ("time", "while True:\n    pass"),
    "leaves on import": ("forged results", "import os\nos._exit(0)"),
    "climbs classes": ("monkeypatching", "x = ().__class__.__base__.__subclasses__()"),
    "no Python": ("nonsense", "def def def \x1b[2J"),
}
BODIES = {
    "unrolls without end": ("time", "    for i in tl.static_range(1000000000):\n        tl.debug_barrier()\n"),
    "a huge arange": ("resources", "    huge = tl.arange(0, 1 << 40)\n"),
    "a huge block": ("resources", "    huge = tl.zeros([1 << 16, 1 << 16], tl.float32)\n"),
}
"""What begins the kernel."""


def inserted(text: str, statements: str, canary: Canary) -> str:
    """A TTIR text with statements before the end of its kernel."""
    found = _POINTER.search(text)
    head, end, tail = text.rpartition(_RETURN)
    if found is None or not end:
        raise NothingToEditError
    filled = canary.fill(statements).replace("@ARGUMENT@", found[1]).replace("@TYPE@", found[2])
    filled = filled.replace("@ELEMENT@", found[3]).replace("@POINTER@", f"{found[1]} : {found[2]}")
    return f"{head}{filled}{end}{tail}"


def surrounded(text: str, name: str, canary: Canary) -> str:
    """A TTIR text with something before and behind it."""
    if name == "calls without end":
        place = text.index("  tt.func public")
        bombs = _calls(60, 8)
        return inserted(text[:place] + bombs + text[place:], "    tt.call @bomb0() : () -> ()\n", canary)
    _, before, behind = AROUND[name]
    return canary.fill(before) + text + canary.fill(behind)


def _insert(statements: str) -> Callable[[Row, Canary], None]:
    def edit(row: Row, canary: Canary) -> None:
        row["ttir"] = inserted(row["ttir"], statements, canary)

    return edit


def _surround(name: str) -> Callable[[Row, Canary], None]:
    def edit(row: Row, canary: Canary) -> None:
        row["ttir"] = surrounded(row["ttir"], name, canary)

    return edit


def _replace(level: str, pattern: str, replacement: str) -> Callable[[Row, Canary], None]:
    def edit(row: Row, canary: Canary) -> None:
        row[level], count = re.subn(pattern, canary.fill(replacement), row[level], count=1)
        if not count:
            raise NothingToEditError
        row["metadata"]["line_map"].pop(level, None)

    return edit


def _behind(text: str) -> Callable[[Row, Canary], None]:
    def edit(row: Row, canary: Canary) -> None:
        row["python_source"] += "\n\n" + canary.fill(text) + "\n"
        row["metadata"] |= {"seed": None, "index": None, "config": ""}

    return edit


def _begin(body: str) -> Callable[[Row, Canary], None]:
    def edit(row: Row, canary: Canary) -> None:
        del canary
        name = row["metadata"]["kernel_name"]
        source, count = re.subn(rf"(?s)(def {name}\([^)]*\):\n)", rf"\1{body}", row["python_source"])
        if not count:
            raise NothingToEditError
        row["python_source"] = source
        row["metadata"] |= {"seed": None, "index": None, "config": ""}

    return edit


def _launch(*sizes: int) -> Callable[[Row, Canary], None]:
    def edit(row: Row, canary: Canary) -> None:
        del canary
        row["metadata"]["signature"] |= {"launch": list(sizes)}

    return edit


def triton_attacks() -> Iterator[Attack]:
    """Each in both forms."""
    for elsewhere in (False, True):
        made: list[tuple[str, str, Callable[[Row, Canary], None]]] = []
        made += [(name, kind, _insert(statements)) for name, (kind, statements) in INSERTED.items()]
        made += [(name, kind, _surround(name)) for name, (kind, _, _) in AROUND.items()]
        made += [(name, kind, _replace(*rest)) for name, (kind, *rest) in REPLACED.items()]
        made += [(f"source: {name}", kind, _behind(text)) for name, (kind, text) in SOURCES.items()]
        made += [(f"source: {name}", kind, _begin(body)) for name, (kind, body) in BODIES.items()]
        made += [("a grid of 2^31", "sizes", _launch(1 << 31)), ("a grid of 2^93", "sizes", _launch(*[1 << 31] * 3))]
        for name, kind, edit in made:
            harmless = elsewhere and name in HARMLESS
            yield Attack(name=name, kind=kind, frontend="triton", edit=edit, elsewhere=elsewhere, harmless=harmless)
