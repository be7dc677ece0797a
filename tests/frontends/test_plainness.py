"""A source that does more than define a kernel is told from one that does not, without running it."""

import json
from pathlib import Path

import pytest

from synthesis import KernelGenerator
from synthesis.frontends.plainness import more_than_a_kernel

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
JAX = (
    "import jax\nimport jax.numpy as jnp\nfrom jax import lax\nimport numpy as np\nimport functools\nimport operator\n"
)
WARP = "import warp as wp\nimport numpy as np\n"
KERNEL = "@wp.kernel\ndef k(a: wp.array(dtype=float)):\n    a[0] = 1.0\n"

PAIR = (
    "from jax.tree_util import register_pytree_node\nimport jax.tree_util as jtu\nclass Pair:\n"
    "    def __init__(self, a):\n        self.a = a\n"
)
"""A class that is registered as a pytree after it."""
MORE = [
    f"{PAIR}register_pytree_node(np.ndarray, lambda p: ((p,), 0), lambda a, c: c[0])",
    f"{PAIR}register_pytree_node(int, lambda p: ((p,), 0), lambda a, c: c[0])",
    f"{PAIR}Pair = np.ndarray\nregister_pytree_node(Pair, lambda p: ((p,), 0), lambda a, c: c[0])",
    f"{PAIR}register_pytree_node(Pair, eval, lambda a, c: Pair(*c))",
    f"{PAIR}register_pytree_node(Pair, lambda p: p.__class__, lambda a, c: Pair(*c))",
    f"{PAIR}def f(x):\n    register_pytree_node(Pair, lambda p: ((p.a,), 0), lambda a, c: Pair(*c))\n    return x",
    f"{PAIR}g = register_pytree_node",
    f"{PAIR}def f(x):\n    return jtu.register_pytree_node",
    f"{PAIR}def g(c):\n    return np.ndarray\n@g\nclass Other:\n    a: int\n"
    "jtu.register_pytree_node(Other, lambda p: ((p,), 0), lambda a, c: c[0])",
    "import os",
    "import sys",
    "import ctypes",
    "from os import system",
    "import jax.experimental.host_callback",
    "import jax._src.core",
    "from jax.experimental.ode import jax",
    "from jax.experimental import io_callback",
    "from jax import config",
    "from jax import *",
    "from . import x",
    "import numpy.ctypeslib",
    "import synthesis.judge",
    "jnp.sin = jnp.cos",
    "f = [].__class__",
    "f = (lambda: 0).__globals__",
    "f = jnp.sin.__wrapped__",
    "x = __builtins__",
    "x = getattr(jnp, 'sin')",
    "def f(x):\n    return hasattr(x, '__globals__')",
    "def f(x):\n    return hasattr(eval('1'), 'a')",
    "def f(x, n):\n    return hasattr(x, n)",
    "from typing import NamedTuple\nclass P(NamedTuple):\n    update: object\nd = {}\np = P(update=d.update)\n"
    "def f(x):\n    p.update({1: x})\n    return x",
    "d = {}\nput = d.update\ndef f(x):\n    put({1: x})\n    return x",
    "put = [].append\ndef f(x):\n    put(x)\n    return x",
    "from typing import NamedTuple\nclass P(NamedTuple):\n    update: object\nd = {}\ndef update(x):\n    return x\n"
    "update = d.update\np = P(update=update)\ndef f(x):\n    p.update({1: x})\n    return x",
    "from typing import NamedTuple\nclass P(NamedTuple):\n    update: object\nd = {}\ndef update(x):\n    return x\n"
    "p = P(update=update)\np = d\ndef f(x):\n    p.update({1: x})\n    return x",
    "setattr(jnp, 'sin', 1)",
    "x = eval('1')",
    "exec('1')",
    "for i in range(3):\n    pass",
    "while True:\n    pass",
    "with open('x') as f:\n    pass",
    "if True:\n    x = 1",
    "try:\n    x = 1\nexcept Exception:\n    pass",
    "def f(x, y=open('x')):\n    return x",
    "def f(x: exec('1')):\n    return x",
    "def f(x: \"exec('1')\"):\n    return x",
    "@eval\ndef f(x):\n    return x",
    "def f(x):\n    jnp.sin = jnp.cos\n    return x",
    "def f(x):\n    m = jnp\n    return x",
    "def f(x):\n    m = jax.numpy\n    return x",
    "def f(x):\n    g = (i for i in ())\n    return g.gi_frame",
    "def f(x):\n    jax.debug.print('x')\n    return x",
    "def f(x):\n    return jax.pure_callback(abs, x, x)",
    "def f(x):\n    np.save('x', x)\n    return x",
    "x = np.lib",
    "x = np.ctypeslib",
    "x = np.frombuffer(b'')",
    "x = np.random",
    "def f(x):\n    lax.sin_p.def_impl(abs)\n    return x",
    "def f(x):\n    jax.nn.relu.defjvp(abs)\n    return x",
    "jax.nn.relu.defjvp(abs)",
    "def f(x, g):\n    @g.defjvp\n    def h(x, t):\n        return x[0], t[0]\n    return g(x)",
    "def f(x):\n    g = jax.nn.relu\n    @g.defjvp\n    def h(x, t):\n        return x[0], t[0]\n    return g(x)",
    "def f(x):\n    @jax.custom_jvp\n    def g(x):\n        return x\n    g = jax.nn.relu\n    g.defjvp(abs)\n"
    "    return g(x)",
    "def f(x):\n    def g(x):\n        return x\n    g.defjvp(abs)\n    return g(x)",
    "def f(x):\n    if x is None:\n        @jax.custom_jvp\n        def g(x):\n            return x\n    else:\n"
    "        g = jax.nn.relu\n    g.defjvp(abs)\n    return g(x)",
    "@jax.custom_jvp\ndef g(x):\n    return x\ndef f(x, g):\n    g.defjvp(abs)\n    return g(x)",
    "h = jax.nn.relu\nh.defjvp(abs)",
    "jax.config.update('jax_enable_x64', True)",
    "x = jax.default_matmul_precision.set_global('bfloat16')",
    "x = jax.default_matmul_precision.swap_local('bfloat16')",
    "SEEN = []\ndef f(x):\n    SEEN.append(1)\n    return x",
    "SEEN = [0] * 3\ndef g():\n    return SEEN\n"
    "def f(x):\n    seen = g()\n    seen.append(1)\n    return x * len(seen)",
    "SEEN = [1.0]\n"
    "def f(x):\n    seen = jax.tree.map(lambda a: a, SEEN, is_leaf=lambda a: True)\n    seen.append(1)\n    return x",
    *(
        f"SEEN = []\ndef make():\n    return []\ndef g(seen={default}):\n    return seen\n"
        "def f(x):\n    seen = g()\n    seen.append(1)\n    return x * len(seen)"
        for default in ("[]", "[1, 2]", "[1] + [2]", "list()", "make()", "SEEN", "np.zeros(3)", "{}", "(1, [])")
    ),
    "def f(x, seen=[]):\n    seen = [seen]\n    kept = list(seen)\n    kept[0].append(1)\n    return x",
    "def f(x, seen=[]):\n    seen = [seen]\n    kept = seen[0]\n    kept.append(1)\n    return x",
    "def f(x, seen=[]):\n    kept = [seen]\n    kept[0].append(1)\n    return x",
    "def f(x, seen=[[]]):\n    for kept in seen:\n        kept.append(1)\n    return x",
    "def f(x, *, seen=[]):\n    def g(list):\n        return list(seen)\n    return g(lambda each: each.append(1))",
    "f = lambda x, seen=[]: seen.append(x) or x",
    "SEEN = [0]\ndef f(x):\n    SEEN[0] += 1\n    return x",
    "SEEN = []\ndef f(x):\n    seen = SEEN\n    seen.append(1)\n    return x",
    "def f(x, seen=[]):\n    seen.append(1)\n    return x",
    "def f(x, seen=[0]):\n    seen[0] += 1\n    return x",
    "def f(x):\n    f.count = 1\n    return x",
    "SEEN = []\ndef f(x):\n    SEEN.sort()\n    return x",
    "SEEN = {1}\ndef f(x):\n    SEEN.add(2)\n    return x",
    "SEEN = []\nALSO = SEEN\ndef f(x):\n    return x * len(ALSO)",
    "SEEN = [1]\nALSO, n = SEEN, 1\ndef f(x):\n    return g(ALSO)",
    "EACH = (i for i in (1.0, 2.0))\ndef f(x):\n    for i in EACH:\n        return x * i",
    "EACH = zip((1.0, 2.0), (1.0, 2.0))\ndef f(x):\n    return jnp.sum(EACH) + x",
    "EACH = [1.0]\nEACH = map(float, EACH)\ndef f(x):\n    for i in EACH:\n        return x * i",
    "def make():\n    seen = []\n    def f(x):\n        g = seen.append\n        g(1)\n        return x\n    return f",
    "def make():\n    seen = {1}\n    def f(x):\n        seen.add(2)\n        return x\n    return f",
    "def g(seen):\n    seen += [1]\n    return len(seen)",
    "def g(seen):\n    also = seen\n    also += [1 for _ in range(2)]\n    return len(also)",
    "def f(x, seen=[]):\n    return g(seen) * x",
    "def f(x, *, seen={1: 2}):\n    return g(seen) * x",
    "def f(x, each=map(float, (1, 2))):\n    for i in each:\n        return x * i",
    "class A:\n    each = (i for i in (1.0, 2.0))\ndef f(x):\n    for i in A.each:\n        return x * i",
    "def make():\n    n = 0\n    def f(x):\n        nonlocal n\n        n += 1\n        return x\n    return f",
    "def f(x):\n    global y\n    y = 1\n    return x",
    "def f():\n    yield 1",
    "X = iter([1])\ndef f(x):\n    return next(X)",
    "import itertools\nX = itertools.count()",
    "x = operator.attrgetter('a')",
    "x = functools.update_wrapper(abs, abs)",
    "x = functools.wraps(abs, assigned=('a',))(jnp.sin)",
    "class A:\n    __array_interface__ = {}",
    "class A:\n    def __getattr__(self, name):\n        return 1",
    "class A(metaclass=abs):\n    pass",
    "class A:\n    for i in range(3):\n        pass",
    "A = type('A', (), {})",
    "def f(x):\n    match x:\n        case int(__class__=y):\n            return y",
    "def f(x):\n    return f'{x.__class__}'",
    "import typing\nx = typing.get_type_hints",
    "import numpy as jnp\njnp.sin = 1",
    "def f(jnp):\n    return jnp",
    "x = " + "-" * 400 + "1",
]
WARP_MORE = [
    "wp.config.mode = 'debug'",
    "x = wp.config",
    "wp.init()",
    "wp.launch(k, dim=1)",
    "x = wp.array(ptr=1, dtype=float, shape=3)",
    "x = wp.from_ptr(1, 2)",
    "wp.load_module()",
    "wp.print(1.0)",
    "@wp.func\ndef f(x: float):\n    return wp.static(wp.print(x))",
    "from warp import context",
    "import warp._src.codegen",
    "@wp.func\ndef f(x: float):\n    return open('x')",
    "@wp.func\ndef f(x: float):\n    return x.__class__",
    "@wp.func\ndef f(x: float):\n    return wp.static(wp.launch(k))",
    "@wp.func\ndef f(x: float):\n    return wp.static(wp.config.mode)",
    "@wp.func\ndef f(x: float):\n    x.y = 1.0\n    return x\ny = f(wp.sin)",
    "@wp.func\ndef f(x: float):\n    x.y = 1.0\n    return x\ny = f.func(wp.sin)",
    "@wp.func\ndef f(x: float):\n    x.y = 1.0\n    return x\ng = f\nh = g\ny = h(wp.sin)",
    "@wp.func\ndef f(x: float):\n    x.y = 1.0\n    return x\ng = f\ny = g.func(wp.sin)",
    "@wp.func\ndef f(x: float):\n    x.y = 1.0\n    return x\ny = [g := f][0](wp.sin)",
    "g = h = k\nwp.sin.h = h",
    "@wp.func\ndef f(x: float):\n    x.y = 1.0\n    return x\ng = (f, f)\ny = g[0](wp.sin)",
    "@wp.func\ndef f(x: float):\n    x.y = 1.0\n    return x\ng = (f, f)\n"
    "@wp.func\ndef h(x: float):\n    return wp.static(g[0](wp.sin))",
    "@wp.func\ndef f(x: float):\n    x.y = 1.0\n    return x\ng = (f, f)\n"
    "@wp.func\ndef h(x: float):\n    return wp.static([p(wp.sin) for p in g])",
    "@wp.func\ndef f(x: float):\n    x.y = 1.0\n    return x\ng = [f]\ny = g[0](wp.sin)",
    "@wp.func\ndef f(x: float):\n    return x\ng = (f, f)\n"
    "@wp.func\ndef h(x: float):\n    return wp.static(g[open('x')])(x)",
    "@wp.kernel\ndef k(x: float = wp.zeros(3)):\n    pass",
    "@wp.func\ndef f(x: float):\n    x.y = 1.0\n    return x\ndef h(g=f):\n    return g(wp.sin)\ny = h()",
    "wp.sin.value_func = abs",
    "x = wp.sin.value_func",
    "def f(x: float):\n    return open('x')\nf = wp.func(f)",
    "def f(a: wp.array(dtype=float)):\n    a[0] = 1.0\nf(k)\nf = wp.kernel(f)",
    "def f(a: wp.array(dtype=float)):\n    a[0] = 1.0\nx = 1\nf = wp.kernel(f)",
    "def f(a: wp.array(dtype=float)):\n    a[0] = 1.0\ng = wp.kernel(f)",
    "def f(a: wp.array(dtype=float), b=open('x')):\n    a[0] = 1.0\nf = wp.kernel(f)",
    "def f(a: wp.array(dtype=float)):\n    a[0] = 1.0\nf = wp.kernel(f, name=open('x'))",
    "def f(x: float):\n    x.y = 1.0\n    return x\nf = wp.func(f)\ny = f(wp.sin)",
    "def f(a: wp.array(dtype=float)):\n    a[0] = wp.static(wp.launch(k))\nf = wp.kernel(f)",
    "wp = 3",
    "def wp(x):\n    return x",
]


@pytest.mark.parametrize("text", MORE)
def test_what_reaches_beyond_a_kernel_is_found(text: str) -> None:
    found = more_than_a_kernel(JAX + text + "\n")
    assert found is not None
    assert found.startswith("line ")


@pytest.mark.parametrize("text", WARP_MORE)
def test_what_reaches_beyond_a_kernel_of_warps_is_found(text: str) -> None:
    assert more_than_a_kernel(WARP + KERNEL + text + "\n") is not None


OPTIMIZER = (
    "from typing import NamedTuple\nclass Pair(NamedTuple):\n    init: object\n    update: object\n"
    "def init(x):\n    return x\ndef update(x, y):\n    return x * y\nsgd = Pair(init=init, update=update)\n"
)
MODEL = (
    "import dataclasses\n@dataclasses.dataclass(eq=False)\nclass Model:\n    w: object\n\n"
    "    def dot(self, x):\n        return x @ self.w\n\n    def __call__(self, x):\n        return self.dot(x)\n"
)
PLAIN = [
    f"{PAIR}register_pytree_node(Pair, lambda p: ((p.a,), 0), lambda a, c: Pair(*c))",
    f"{PAIR}def flat(p):\n    return (p.a,), 0\njtu.register_pytree_node(Pair, flat, lambda a, c: Pair(*c))",
    f"{PAIR}jax.tree_util.register_dataclass(Pair, ['a'], [])",
    "from jax.flatten_util import ravel_pytree\ndef f(x):\n    flat, back = ravel_pytree(x)\n    return back(flat * 2)",
    "from jax.experimental.ode import odeint\ndef f(x, t):\n    return odeint(lambda y, t: -y, x, t)",
    "from jax.experimental import jet\ndef f(x):\n    return jet.jet(jnp.sin, (x,), ((x,),))",
    "import jax.scipy.stats.norm\ndef f(x):\n    return jax.scipy.stats.norm.pdf(x)",
    "@jax.jit\ndef f(x):\n    return jnp.sin(x)",
    "@functools.partial(jax.jit, static_argnums=0)\ndef f(n, x):\n    return x * n",
    "def f(x):\n    y = []\n    for i in range(3):\n        y.append(x[i])\n    return jnp.stack(y)",
    "def f(x, k=[]):\n    if not jnp.iterable(k):\n        k = [k]\n    k = jnp.array(list(k) + [0] * (2 - len(k)))\n"
    "    return x - (k[1] - x)",
    "def f(x, sizes=[4, 8], scale={'a': 1.0}):\n"
    "    for n in sizes:\n        x = x * n\n    return x * scale['a'] + sum(sizes)",
    "def f(x, *, w=np.zeros(3), axes=[0] * 2):\n    return jnp.sum(x * w) + len(axes)",
    "def f(x, w=jnp.pi / 2, act=jax.nn.relu, b=(1,) + (2,), d=-jnp.inf, e=jnp.ones(3)):\n    return act(x * w) + b[0]",
    "from typing import NamedTuple\nclass C(NamedTuple):\n    lr: float = 0.1\n"
    "def f(x, c=C(0.2)):\n    return x * c.lr",
    "def f(x):\n    d = {}\n    d['a'] = x\n    return d",
    "def f(x):\n    y = [x]\n    y += [x + 1.0]\n    y.sort()\n    return jnp.stack(y)",
    "def f(x):\n    seen = set()\n    seen.add(1)\n    return x * len(seen)",
    "def f(x):\n    x += jnp.ones(3)\n    return x.at[0].add(1.0)",
    "SIZES = [3, 4]\ndef f(x):\n    for n in SIZES:\n        x = x * n\n    return x + SIZES[0]",
    "def f(x):\n    return x.at[0].set(1.0).T",
    "TABLE = {'a': 1.0}\ndef f(x):\n    return x * TABLE['a']",
    "@jax.custom_jvp\ndef f(x):\n    return x\n@f.defjvp\ndef g(x, t):\n    return x[0], t[0]",
    "def f(x):\n    @jax.custom_jvp\n    def g(x):\n        return x\n    @g.defjvp\n    def h(x, t):\n"
    "        return x[0], t[0]\n    return g(x)",
    "def f(x):\n    @jax.custom_vjp\n    def g(x):\n        return x\n    def go(x):\n        return x, x\n"
    "    def back(x, t):\n        return (t,)\n    g.defvjp(go, back)\n    return g(x)",
    "def f(x):\n    @functools.partial(jax.custom_jvp, nondiff_argnums=(0,))\n    def g(n, x):\n        return x * n\n"
    "    @g.defjvp\n    def h(n, x, t):\n        return x[0], t[0] * n\n    return g(2, x)",
    "def f(x):\n    @jax.custom_vjp(nondiff_argnums=(0,))\n    def g(n, x):\n        return x * n\n"
    "    g.defvjp(lambda n, x: (x, None), lambda n, _, t: (t,))\n    return g(2, x)",
    "def f(eval):\n    return eval + 1",
    "def f(x):\n    return x.sum() if hasattr(x, 'dtype') and hasattr(jax.tree, 'map') else x",
    OPTIMIZER + "def f(x):\n    return sgd.update(x, 1.0)",
    "rate = lambda n: 0.1 * n\ndef g(h, x):\n    return h(x)\ndef f(x):\n    return g(rate, x)",
    MODEL + "model = Model(w=jnp.ones(3))\ndef f(x):\n    return model.dot(x) + model(x)",
    "class Box:\n    def __init__(self, low):\n        self.low, self.high = low, 2.0\n"
    "def f(x):\n    return Box(x).high",
]
WARP_PLAIN = [
    "@wp.func\ndef f(q: wp.quat):\n    _, __, ___ = q[0], q[1], q[2]\n    return __",
    "@wp.func\ndef f(x: float):\n    wp.print(x)\n    wp.printf('%f', x)\n    return x",
    "@wp.func\ndef f(x: float):\n    return x\ng = (f, f)\n@wp.func\ndef i(x: float):\n"
    "    for n in range(wp.static(len(g))):\n        x = wp.static(g[n])(x)\n    return x",
    "@wp.func\ndef f(x: float):\n    return x\n@wp.func\ndef i(g: wp.Function = f, x: float = 3.0):\n    return g(x)",
    "@wp.func\ndef f(q: wp.MeshQuery, r: wp.HashGridQuery[wp.float32], s: wp.BvhQuery):\n    return 1.0",
    "@wp.func\ndef f(x: float):\n    return x\ng = f\nh = g\n@wp.func\ndef i(x: float):\n    return h(x)",
    "def f(a: wp.array(dtype=float)):\n    i = wp.tid()\n    a[i] = 1.0\nf = wp.kernel(f, enable_backward=False)",
    "def f(v: wp.vec3):\n    v[0] = 1.0\n    return wp.cw_mul(v, v)\nf = wp.func(f)\n"
    "@wp.kernel\ndef i(a: wp.array(dtype=wp.vec3)):\n    a[0] = f(a[0])",
    "@wp.kernel(module='unique', module_options={'deterministic': wp.DeterministicMode.RUN_TO_RUN})\n"
    "def i(a: wp.array(dtype=float)):\n    a[0] = 1.0",
]


CHANGES = [
    "model = Model(w=[])\ndef f(x):\n    return g(model)",
    "log = []\nmodel = Model(w=log)\ndef f(x):\n    return g(model)",
    "model = Model(w=1.0)\ndef f(x):\n    model.w = 2.0\n    return x",
    "model = Model(w=1.0)\ndef f(x):\n    model.w.append(x)\n    return x",
    "model = Model(w=jnp)\ndef f(x):\n    return g(model)",
    "model = Model(w=(jnp, 1))\ndef f(x):\n    return g(model)",
    "class Other:\n    def set(self, x):\n        self.x = x",
    "class Other:\n    @staticmethod\n    def __init__(other):\n        other.x = 1",
    "class Other:\n    def __init__(*own, other):\n        other.x = 1",
    "class Other:\n    def __init__(self, x):\n        self = x\n        self.x = 1",
    "class Other(Model):\n    def __init__(self, x):\n        self.x = 1",
    "class Other:\n    def __init__(self, x):\n        self.x = 1\nclass Both(Other, Model):\n    y: object",
    "class Other:\n    def __init__(self, x):\n        self.x = [x]\nother = Other(x=1.0)\n"
    "def f(x):\n    return g(other.x)",
]


@pytest.mark.parametrize("text", CHANGES)
def test_objects_that_may_change_are_found(text: str) -> None:
    assert more_than_a_kernel(JAX + MODEL + "def g(x):\n    return x\n" + text + "\n") is not None


@pytest.mark.parametrize("text", PLAIN)
def test_an_ordinary_source_is_plain(text: str) -> None:
    assert more_than_a_kernel(JAX + text + "\n") is None


PALLAS = """import functools
from jax.experimental import pallas as pl
def kernel(x_ref, o_ref, *, n):
    @pl.when(pl.program_id(0) == 0)
    def _():
        o_ref[...] = x_ref[...] * n
    o_ref[...] += x_ref[...]
"""
CALLED = "def f(x):\n    return pl.pallas_call(functools.partial(kernel, n=2), out_shape=x)(x)\n"


def test_a_kernel_of_pallas_writes_into_its_references() -> None:
    assert more_than_a_kernel(JAX + PALLAS + CALLED) is None


@pytest.mark.parametrize(
    "text",
    [
        PALLAS + CALLED + "STATE = [0.0]\ndef g(x):\n    kernel(STATE, STATE, n=x)\n    return x\n",
        PALLAS + CALLED + "def g(x, k=kernel):\n    return k(x, x, n=1)\n",
        PALLAS + CALLED.replace("n=2", "o_ref=[1.0]"),
        PALLAS.replace("o_ref, *, n", "o_ref, n=1").replace("o_ref[...] +=", "n[0] +=") + CALLED,
        PALLAS + CALLED.replace("pl.pallas_call", "jax.vmap"),
        PALLAS.replace("def kernel", "@functools.cache\ndef kernel") + CALLED,
        PALLAS.replace("    @pl.when", "    x_ref = g\n    @pl.when").replace("x_ref[...] * n", "1.0").replace(
            "o_ref[...] += x_ref[...]", "x_ref[0] = 1.0") + CALLED,
    ],
)  # fmt: skip
def test_what_others_call_too_writes_into_nothing(text: str) -> None:
    assert "in place" in (more_than_a_kernel(JAX + text) or "")


@pytest.mark.parametrize("text", WARP_PLAIN)
def test_an_ordinary_source_of_warps_is_plain(text: str) -> None:
    assert more_than_a_kernel(WARP + KERNEL + text + "\n") is None


def test_what_is_no_python_is_left_to_python() -> None:
    assert more_than_a_kernel("def f(:\n") is None


@pytest.mark.parametrize("frontend", ["warp", "jax"])
def test_drawn_kernels_are_plain(frontend: str) -> None:
    generator = KernelGenerator(frontend=frontend, seed=3)
    for index in range(200):
        assert more_than_a_kernel(generator.spec(index).source) is None, index
    for path in (SAMPLES / frontend).glob("*.json"):
        assert more_than_a_kernel(json.loads(path.read_text())["python_source"]) is None, path


MAKING = """import json
class A: pass
def f(x):
    made = object.__new__(A)
    object.__setattr__(made, 'x', x)
"""
TRUSTING = {
    MAKING: None,
    MAKING.replace("'x'", "'_x'"): None,
    MAKING.replace("'x'", "'__class__'"): "the attribute __setattr__",
    MAKING.replace("'x'", "x"): "the attribute __setattr__",
    MAKING.replace("(made, ", "(A, "): "the attribute __setattr__",
    MAKING.replace("(made, ", "(x, "): "the attribute __setattr__",
    MAKING + "    made = x\n": "the attribute __setattr__",
    MAKING.replace("def f(x)", "def f(x, A)"): "the attribute __new__",
    MAKING.replace("def f(x)", "def f(x, object)"): "the attribute __new__",
    MAKING.replace("class A", "class object"): "the attribute __new__",
    MAKING.replace("__new__(A)", "__new__(x)"): "the attribute __new__",
    MAKING + "    object.__delattr__(made, 'x')\n": "the attribute __delattr__",
    "import json\n\n\nmade = object.__new__(json.JSONDecoder)\n": "the attribute __new__",
    "import json\n\n\ndef f(x):\n    return x * json.JSONDecoder().strict\n": None,
    "from json import decoder\n\n\ndef f(x):\n    x.seen = 1\n    return decoder.JSONDecoder()\n": None,
    "import json.decoder\nimport os\n": "imports os",
    "import json\n\n\ndef f(x):\n    return json.codecs.open(x)\n": "uses json.codecs",
    "import json\n\n\ndef f(x):\n    return g(json)\n": "the module json as a value",
    "import json\n\n\ndef f(x):\n    json.dumps = x\n    return x\n": "changes json.dumps",
    "import json\nimport jax\n\n\ndef f(x):\n    jax.jit.a = x\n    return x\n": "sets the attribute a",
    "import json\n\n\ndef f(x):\n    return x.__class__\n": "the attribute __class__",
    "import json\n\n\ndef f(x):\n    return json.load(x)\n": "uses json.load",
}


@pytest.mark.parametrize(("source", "why"), TRUSTING.items())
def test_a_library_that_is_trusted_may_be_used_and_nothing_else(source: str, why: str | None) -> None:
    found = more_than_a_kernel(source, ["json"])
    assert found is None if why is None else why in (found or ""), found
    assert "imports" in (more_than_a_kernel(source) or "")
