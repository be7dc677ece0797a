"""Attacks from Python sources: what they do when they are imported, decorated, traced or evaluated."""

from collections.abc import Callable, Iterator

from attacks.records import Attack, Canary, Row

_FILE = "open('@FOLDER@/source', 'w')"

# name: (kind, what stands behind the source)
_JAX = {
    "system call on import": ("system calls", f"import os\nos.system('touch @FOLDER@/import')\n{_FILE}"),
    "system call in a default": ("system calls", f"def other(x={_FILE}):\n    return x"),
    "system call in a decorator": ("system calls", f"@{_FILE}\ndef other(x):\n    return x"),
    "system call in an annotation": ("system calls", f'def other(x: "{_FILE}"):\n    return x'),
    "system call in a class": ("system calls", f"class Other:\n    x = {_FILE}"),
    "system call by ctypes": ("system calls", "import ctypes\nctypes.CDLL(None).unlink(b'@SECRET@')"),
    "fork on import": ("processes", "import os\nos.fork()\nos.setsid()"),
    "socket on import": ("network", "import socket\nsocket.create_connection(('127.0.0.1', @PORT@))"),
    "loop on import": ("time", "while True:\n    pass"),
    "memory on import": ("resources", "x = [0] * (1 << 40)"),
    "huge exception": ("resources", "raise ValueError('\\x1b[2J' * (1 << 28))"),
    "leaves on import": ("forged results", "import os\nos._exit(0)"),
    "frames by descriptor": ("forged results", "import os\nos.write(3, bytes([4]) + bytes(8))\nos._exit(0)"),
    "changes numpy": ("monkeypatching", "import numpy as np\nnp.allclose = lambda *_: True"),
    "changes jax": ("monkeypatching", "import jax\njax.numpy.add = jax.numpy.subtract"),
    "changes a rule": ("monkeypatching", "import jax\njax.lax.add_p.def_impl(jax.lax.sub)"),
    "changes the oracle": ("monkeypatching", "import synthesis.frontends.jax.reference as r\nr.evaluate = print"),
    "changes by sys.modules": ("monkeypatching", "import sys\nsys.modules['synthesis.verification.plan'] = None"),
    "changes json": ("monkeypatching", "import json\njson.dumps = lambda *_, **__: '{}'"),
    "finds objects": ("monkeypatching", "import gc\nfor x in gc.get_objects():\n    x.clear()"),
    "climbs frames": ("monkeypatching", "x = (i for i in ()).gi_frame.f_back.f_globals"),
    "climbs classes": ("monkeypatching", "x = ().__class__.__base__.__subclasses__()"),
    "counts its traces": (
        "detection",
        "SEEN = []\ndef other(x):\n    SEEN.append(x)\n    return x if SEEN[3:] else -x",
    ),
    "looks at argv": ("detection", "import sys\nx = 'verify' in sys.argv"),
    "looks at the stack": ("detection", "import inspect\nx = inspect.stack()"),
    "callback": ("calls out", "import jax\ndef other(x):\n    return jax.pure_callback(print, x, x)"),
    "deep source": ("resources", "x = " + "-" * 20000 + "1"),
    "null in the source": ("nonsense", "x = '\0'"),
    "no Python": ("nonsense", "def def def \x1b[2J"),
    "another kernel's name": ("wrong", "jnp = 3"),
}
_WARP = {
    "evaluated by wp.static": ("system calls", f"@wp.func\ndef other(x: float):\n    return x + wp.static({_FILE})"),
    "loop in wp.static": ("time", "@wp.func\ndef other(x: float):\n    return wp.static(next(iter(int, 1)))"),
    "changes codegen": ("monkeypatching", "import warp._src.codegen as c\nc.codegen_kernel = lambda *_: ''"),
    "changes the configuration": ("monkeypatching", "wp.config.mode = 'debug'"),
    "changes a built-in": ("monkeypatching", "wp.sin.native_func = 'cos'"),
    "array of memory": ("system calls", "x = wp.array(ptr=4096, dtype=float, shape=8)\nx.fill_(1.0)"),
    "launches": ("processes", "wp.launch(wp.sin, dim=1)"),
    "native header": ("compiler", "@wp.func_native('#include \"@SECRET@\"')\ndef other(x: float) -> float: ..."),
    "two names": ("wrong", "def wp():\n    pass"),
}


def _behind(text: str) -> Callable[[Row, Canary], None]:
    def edit(row: Row, canary: Canary) -> None:
        row["python_source"] += "\n\n" + canary.fill(text) + "\n"
        row["metadata"] |= {"seed": None, "index": None}

    return edit


def source_attacks() -> Iterator[Attack]:
    """Each in both forms; that none of them is drawn again makes the row's source all that there is."""
    for elsewhere in (False, True):
        for frontend, table in (("jax", _JAX), ("warp", _WARP)):
            for name, (kind, text) in table.items():
                # A header in a native function that nobody calls is in no text, and does nothing.
                yield Attack(name=name, kind=kind, frontend=frontend, edit=_behind(text), elsewhere=elsewhere,
                             harmless=name == "native header")  # fmt: skip
