"""Attacks from C++ texts and from JAX's."""

import re
from collections.abc import Callable, Iterator

from attacks.records import CPP_START, Attack, Canary, Row
from synthesis.core.sandbox.channel import FRAME, Kind
from synthesis.core.sandbox.confinement import Protection
from synthesis.core.sandbox.wire import encode

_SYSCALL = 'extern "C" long syscall(long, ...);\nextern "C" void _exit(int);\n'


def _frame(kind: Kind, value: object) -> str:
    """A frame as a C++ string holds it."""
    data = encode(value)
    return "".join(f"\\{byte:03o}" for byte in FRAME.pack(kind, len(data)) + data)


_BEGINS = _frame(Kind.ITEM, (0, None))
_HELD = _frame(Kind.PROTECTIONS, frozenset({Protection.LIMITS}))
_RAISED = _frame(Kind.ERROR, ("MachineError", "trust me", {"stage": "nonsense"}))

# name: (kind, what stands before the text, what stands in the kernel, whether the text goes on to be right)
_CPP: dict[str, tuple[str, str, str, bool]] = {
    "writes a file": (
        "files",
        _SYSCALL,
        'long f = syscall(2, "@FOLDER@/written", 0101, 0644); syscall(1, f, "x", 1);',
        True,
    ),
    "removes a file": ("files", _SYSCALL, 'syscall(87, "@SECRET@");', True),
    "changes a mode": ("files", _SYSCALL, 'syscall(90, "@SECRET@", 0);', True),
    "truncates a file": ("files", _SYSCALL, 'syscall(76, "@SECRET@", 0);', True),
    "links a file": ("files", _SYSCALL, 'syscall(86, "@SECRET@", "@FOLDER@/link");', True),
    "tells a secret": (
        "files",
        _SYSCALL,
        'char b[1]; long f = syscall(2, "@SECRET@", 0, 0); if (syscall(0, f, b, 1) == 1) _exit(b[0]); return;',
        False,
    ),
    "calls somebody": (
        "network",
        _SYSCALL,
        "unsigned char a[16] = {2, 0, (@PORT@ >> 8) & 255, @PORT@ & 255, 127, 0, 0, 1};"
        "syscall(42, syscall(41, 2, 1, 0), a, 16);",
        True,
    ),
    "sends a datagram": (
        "network",
        _SYSCALL,
        "unsigned char a[16] = {2, 0, 0, 53, 127, 0, 0, 1}; syscall(44, syscall(41, 2, 2, 0), a, 1, 0, a, 16);",
        True,
    ),
    "starts a program": (
        "processes",
        _SYSCALL,
        'const char *v[] = {"/bin/touch", "@FOLDER@/touched", 0}; syscall(59, v[0], v, 0);',
        True,
    ),
    "fork bomb": ("processes", _SYSCALL, "for (int i = 0; i < 64; ++i) syscall(57);", True),
    "leaves its session": (
        "processes",
        _SYSCALL,
        'if (syscall(57) == 0) { syscall(112); if (syscall(57) == 0) { syscall(2, "@FOLDER@/left", 0101, 0644); '
        "for (;;) syscall(34); } _exit(0); }",
        True,
    ),
    "thread bomb": (
        "processes",
        'extern "C" int pthread_create(unsigned long *, void *, void *(*)(void *), void *);\n'
        'extern "C" unsigned sleep(unsigned);\nstatic void *rest(void *) { sleep(600); return 0; }\n',
        "unsigned long t; for (int i = 0; i < 5000; ++i) pthread_create(&t, 0, rest, 0); return;",
        False,
    ),
    "kills everybody": ("signals", _SYSCALL, "syscall(62, -1, 9); return;", False),
    "kills its parents": (
        "signals",
        _SYSCALL,
        "syscall(62, syscall(110), 9); syscall(62, syscall(110), 15); return;",
        False,
    ),
    "stops itself": ("signals", _SYSCALL, "syscall(62, syscall(39), 19); return;", False),
    "kills itself": ("signals", _SYSCALL, "syscall(234, syscall(39), syscall(186), 9); return;", False),
    "aborts": ("signals", 'extern "C" void abort();\n', "abort();", False),
    "memory bomb": (
        "resources",
        'extern "C" void *malloc(size_t);\n',
        "for (;;) { char *p = (char *)malloc(1 << 26); if (!p) return; __builtin_memset(p, 1, 1 << 26); }",
        False,
    ),
    "disk bomb": (
        "resources",
        _SYSCALL,
        'long f = syscall(2, "big", 65, 420); static char b[9999]; while (syscall(1, f, b, 9999) > 0) {} return;',
        False,
    ),
    "stack bomb": (
        "resources",
        "static int down(int n) { volatile char b[4096]; b[0] = n; return down(n + b[0]) + b[0]; }\n",
        "down(1);",
        False,
    ),
    "endless loop": ("time", "", "for (volatile int i = 0;;) i = 1;", False),
    "sleeps": ("time", _SYSCALL, "for (;;) syscall(34);", False),
    "leaves early": ("forged results", _SYSCALL, "_exit(0);", False),
    "leaves in a constructor": (
        "forged results",
        _SYSCALL + "struct leaver { leaver() { _exit(0); } };\nstatic leaver gone;\n",
        "return;",
        False,
    ),
    "says it is done": (
        "forged results",
        _SYSCALL,
        'syscall(1, 3, "\\4\\0\\0\\0\\0\\0\\0\\0\\0", 9); _exit(0);',
        False,
    ),
    "sends nonsense": (
        "forged results",
        _SYSCALL,
        'syscall(1, 3, "\\2\\4\\0\\0\\0\\0\\0\\0\\0abcd", 13); _exit(0);',
        False,
    ),
    "sends a huge frame": (
        "forged results",
        _SYSCALL,
        'syscall(1, 3, "\\2\\377\\377\\377\\377\\377\\377\\377\\177", 9); _exit(0);',
        False,
    ),
    "claims all protections": (
        "forged results",
        _SYSCALL,
        'syscall(1, 3, "\\1\\2\\0\\0\\0\\0\\0\\0\\0[]", 11); _exit(0);',
        False,
    ),
    "begins for ever": (
        "time",
        _SYSCALL,
        f'static const char b[] = "{_BEGINS}"; for (;;) syscall(1, 3, b, sizeof(b) - 1);',
        False,
    ),
    "is held for ever": (
        "time",
        _SYSCALL,
        f'static const char b[] = "{_HELD}"; for (;;) syscall(1, 3, b, sizeof(b) - 1);',
        False,
    ),
    "raises in another's name": (
        "forged results",
        _SYSCALL,
        f'static const char b[] = "{_RAISED}"; syscall(1, 3, b, sizeof(b) - 1); _exit(0);',
        False,
    ),
    "fills the pipe": ("resources", _SYSCALL, "static char b[1 << 20]; for (;;) syscall(1, 3, b, 1 << 20);", False),
    "closes the pipe": ("forged results", _SYSCALL, "syscall(3, 3); return;", False),
    "runs Python": (
        "monkeypatching",
        'extern "C" int PyRun_SimpleString(const char *);\n',
        "PyRun_SimpleString(\"import numpy; numpy.testing = 1; open('@FOLDER@/python', 'w')\"); return;",
        False,
    ),
    "looks who asks": ("detection", 'extern "C" char *getenv(const char *);\n', 'if (getenv("TMPDIR")) return;', False),
    "traces its parent": ("processes", _SYSCALL, "syscall(101, 16, syscall(110), 0, 0); return;", False),
    "opens its own memory": (
        "processes",
        _SYSCALL,
        'if (syscall(2, "/proc/self/mem", 2, 0) < 0) return; return;',
        False,
    ),
    "mounts": (
        "processes",
        _SYSCALL,
        'syscall(272, 0x10000000); syscall(165, "none", "/tmp", "tmpfs", 0, 0); return;',
        False,
    ),
    "includes a secret": ("compiler", '#include "@SECRET@"\n', "return;", False),
    "includes a device": ("compiler", '#include "/dev/zero"\n', "return;", False),
    "embeds a secret": ("compiler", 'asm(".incbin \\"@SECRET@\\"");\n', "return;", False),
    "assembly": (
        "system calls",
        "",
        'asm volatile("mov $57, %%eax; syscall" ::: "rax", "rcx", "r11", "memory"); return;',
        False,
    ),
    "macro over its neighbours": (
        "neighbours",
        "#define add sub\n#define mul add\n#define wp_linear_tid false\n",
        "return;",
        False,
    ),
    "other namespace": (
        "neighbours",
        "} namespace wp { inline float add(float a, float) { return a; } } namespace more {\n",
        "return;",
        False,
    ),
    "takes a library's name": (
        "neighbours",
        'extern "C" double cos(double) { return 7.0; }\nextern "C" float sinf(float) { return 7.0f; }\n',
        "return;",
        False,
    ),
    "macro bomb": (
        "compiler",
        "".join(f"#define B{n} B{n - 1} B{n - 1} B{n - 1} B{n - 1}\n" for n in range(1, 16)).replace("B0", "+1"),
        "int i = 0 B15; return;",
        False,
    ),
    "template bomb": (
        "compiler",
        "template <int n, int m> struct bomb { static constexpr int v = bomb<n - 1, m>::v + "
        "bomb<n - 1, m + (1 << n)>::v; };\ntemplate <int m> struct bomb<0, m> { static constexpr int v = 1; };\n",
        'static_assert(bomb<24, 0>::v, ""); return;',
        False,
    ),
    "constexpr loop": (
        "compiler",
        "constexpr int spin() { int n = 0; for (long i = 0; i < 1000000000000; ++i) n ^= 1; return n; }\n",
        "constexpr int v = spin(); return;",
        False,
    ),
    "huge array": ("compiler", "static char huge[1ll << 46] = {1};\n", "huge[task_index] = 1; return;", False),
    "no program": ("nonsense", "this is no C++ \x1b[2J\x1b]0;owned\x07\n", "", False),
    "does nothing": ("nonsense", "", "return;", False),
}


def _in_cpp(before: str, inside: str) -> Callable[[Row, Canary], None]:
    def edit(row: Row, canary: Canary) -> None:
        if not row["cpp_forward"]:
            raise NothingToEditError
        text = CPP_START.sub(lambda match: match[0] + canary.fill(inside) + "\n", row["cpp_forward"])
        row["cpp_forward"] = canary.fill(before) + text

    return edit


# name: (kind, level, pattern, what stands there instead)
_JAX: dict[str, tuple[str, str, str, str]] = {
    "custom call of nothing": (
        "calls out",
        "stablehlo",
        r"stablehlo\.add (%\w+), (%\w+) : (\S+)",
        r"stablehlo.custom_call @evil(\1, \2) : (\3, \3) -> \3",
    ),
    "callback by address": (
        "calls out",
        "stablehlo",
        r"stablehlo\.add (%\w+), (%\w+) : (\S+)",
        r'stablehlo.custom_call @xla_python_cpu_callback(\1, \2) {backend_config = "4919"} : (\3, \3) -> \3',
    ),
    "infeed": (
        "calls out",
        "stablehlo",
        r"stablehlo\.add (%\w+), (%\w+) : (\S+)",
        r'"stablehlo.infeed"(\1) : (\3) -> \3',
    ),
    "endless while": (
        "time",
        "stablehlo",
        r"(%\w+) = stablehlo\.add (%\w+), (%\w+) : (\S+)",
        r"\1 = stablehlo.while(%it = \2) : \4\n cond { %t = stablehlo.constant dense<true> : tensor<i1>\n"
        r" stablehlo.return %t : tensor<i1> } do { stablehlo.return %it : \4 }",
    ),
    "huge constant": (
        "resources",
        "stablehlo",
        r"(%\w+) = stablehlo\.add (%\w+), (%\w+) : (\S+)",
        r"%huge = stablehlo.constant dense<1.0> : tensor<4000000000000xf32>\n"
        r" %part = stablehlo.slice %huge [3999999999999:4000000000000] : (tensor<4000000000000xf32>) -> tensor<1xf32>\n"
        r" %one = stablehlo.reshape %part : (tensor<1xf32>) -> tensor<f32>\n"
        r" %wide = stablehlo.broadcast_in_dim %one, dims = [] : (tensor<f32>) -> \4\n"
        r" \1 = stablehlo.add \2, %wide : \4",
    ),
    "huge iota": (
        "resources",
        "stablehlo",
        r"(%\w+) = stablehlo\.add (%\w+), (%\w+) : tensor<([\dx]*)x?([a-z]\w+)>",
        r"%huge = stablehlo.iota dim = 0 : tensor<900000000000xf32>\n"
        r" \1 = stablehlo.subtract \2, \3 : tensor<\4x\5>",
    ),
    "another operation": ("wrong", "stablehlo", r"stablehlo\.add", "stablehlo.maximum"),
    "nested text": ("resources", "stablehlo", r"module \{", "module {" * 20000),
    "callback in a jaxpr": ("calls out", "jaxpr", r" = add ", " = pure_callback[callback=print] "),
    "Python in a jaxpr": (
        "system calls",
        "jaxpr",
        r" = add ",
        " = add[x=__import__('os').system('touch @FOLDER@/jaxpr')] ",
    ),
    "lambda in a jaxpr": (
        "monkeypatching",
        "jaxpr",
        r" = add ",
        " = custom_jvp_call[f=(lambda: open('@FOLDER@/l', 'w'))()] ",
    ),
    "nested jaxpr": ("resources", "jaxpr", r" = add ", " = jit[jaxpr=" + "{ lambda ; . let in () }" * 3 + "[" * 20000),
    "another primitive": ("wrong", "jaxpr", r" = add ", " = max "),
    "ANSI in a jaxpr": ("names", "jaxpr", r" = add ", " = \x1b[2Jadd\r\nverified "),
}


class NothingToEditError(Exception):
    """A row without what an attack changes."""


def _replaced(level: str, pattern: str, replacement: str) -> Callable[[Row, Canary], None]:
    def edit(row: Row, canary: Canary) -> None:
        row[level], count = re.subn(pattern, canary.fill(replacement), row[level], count=1)
        if not count:
            raise NothingToEditError

    return edit


def text_attacks() -> Iterator[Attack]:
    """Each in both forms."""
    for elsewhere in (False, True):
        for name, (kind, before, inside, goes_on) in _CPP.items():
            yield Attack(name=name, kind=kind, frontend="warp", edit=_in_cpp(before, inside), elsewhere=elsewhere,
                         harmless=elsewhere and goes_on)  # fmt: skip
        for name, (kind, level, pattern, replacement) in _JAX.items():
            edit = _replaced(level, pattern, replacement)
            yield Attack(name=name, kind=kind, frontend="jax", edit=edit, elsewhere=elsewhere)


def cpp_insertions() -> dict[str, tuple[str, str, str]]:
    """Kind, what stands before the text, and what in the kernel, of every attack in C++ that more than returns."""
    return {name: (kind, before, inside) for name, (kind, before, inside, _) in _CPP.items()}


def jax_replacements() -> dict[str, tuple[str, str, str, str]]:
    """Kind, level, pattern, and what stands there instead, of every attack in a text of JAX's."""
    return dict(_JAX)
