"""Observation of calls of jitted functions, by wrapping functions of JAX while a listener is active.

JAX enters Python for a call whose signature is not in its compiled cache. The call and its jaxpr are available there,
so nothing is traced again. The first calls of a signature are kept out of that cache, so that they are also observed.
Later calls have no overhead.
"""

import contextlib
import threading
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import jax._src.pjit as _pjit  # noqa: TID251
from jax._src.core import trace_state_clean as _trace_state_clean  # noqa: TID251

from synthesis.frontends.launched import Call, Described, Launched, Listener, NotKeptError
from synthesis.frontends.wrapping import Wrapping

pjit: Any = _pjit
trace_state_clean: Any = _trace_state_clean
_LOOKS = 8
"""Number of calls of each signature that are observed."""
_OWN = ("jax", "jaxlib")
_PMAP = "jax._src.pmap"
"""The module that makes functions for ``jax.pmap``."""


def watch(listener: Listener) -> Callable[[], None]:
    """Report calls of jitted functions in this process to a listener, and return a function that stops reporting."""
    return _Watching(listener).begin()


class _Now(threading.local):
    again = False
    """Whether to keep the signature out of the cache, so that its next call is observed, too."""
    busy = False
    """Whether a call is being observed; calls made by the observation itself are ignored."""


class _Watching:
    """The wrapped functions of JAX.

    Args:
        listener: receives the calls.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._now = _Now()
        self._looks: dict[int, int] = {}
        self._pmapped = weakref.WeakSet[Any]()
        self._wrapping = Wrapping()

    def begin(self) -> Callable[[], None]:
        """Wrap the functions, and return a function that unwraps them."""
        with self._wrapping.all_or_none():
            self._wrapping.wrap(pjit, "_infer_params", self._infer)
            self._wrapping.wrap(pjit, "_need_to_rebuild_with_fdo", self._rebuild)
        return self._wrapping.end

    # ---- around JAX's functions

    def _infer(self, function: Any, fun: Any, info: Any, args: Any, kwargs: Any) -> Any:
        self._now.again = False
        found = function(fun, info, args, kwargs)
        if not self._now.busy and getattr(fun, "__module__", "") == _PMAP:
            if trace_state_clean():  # inside a traced function, it is a part of that function
                self._miss_pmap(fun)
        elif not self._now.busy and str(getattr(fun, "__module__", "")).partition(".")[0] not in _OWN:
            self._now.busy = True
            try:
                self._look(fun, info, args, kwargs, *found)
            finally:
                self._now.busy = False
        return found

    def _miss_pmap(self, fun: Any) -> None:
        if fun not in self._pmapped:
            self._pmapped.add(fun)
            why = "functions made by jax.pmap are only recorded inside a function under jax.jit"
            self._listener.miss(getattr(fun, "__name__", "?"), _PMAP, why)

    def _rebuild(self, function: Any, profiler: Any) -> Any:
        return self._now.again or function(profiler)

    def _look(self, fun: Any, info: Any, args: Any, kwargs: Any, params: Any, flat: Any) -> None:
        jaxpr = params.params["jaxpr"]
        if not self._listener.should_record(jaxpr):
            return
        outermost = trace_state_clean()
        leaves = flat[len(params.consts) :]
        try:
            call = _call_of(fun, info, args, kwargs, params, leaves, outermost=outermost)
        except Exception as error:  # noqa: BLE001 (the program must run as it would without irsmith)
            self._listener.miss(getattr(fun, "__name__", "?"), getattr(fun, "__module__", "?"), str(error))
            return
        if call is None:
            return
        self._listener.take(call)
        if outermost:
            looks = self._looks[id(jaxpr)] = self._looks.get(id(jaxpr), 0) + 1
            self._now.again = looks < _LOOKS


def _call_of(fun: Any, info: Any, args: Any, kwargs: Any, params: Any, leaves: Any, *, outermost: bool) -> Call | None:
    """Return a call for the recorder; None if it is inside another, its function is JAX's, or values are unknown."""
    from synthesis.frontends.jax.called import Given, concrete
    from synthesis.frontends.jax.callers import caller_of
    from synthesis.frontends.jax.functions import function_behind, jax

    behind = function_behind(fun)
    if behind is not None and (behind.__module__ or "").partition(".")[0] in _OWN:
        return None
    values = [concrete(each) for each in leaves]
    inside = not outermost and not any(isinstance(each, jax.core.Tracer) for each in leaves)
    if inside or any(each is None or isinstance(each, jax.ShapeDtypeStruct) for each in values):
        return None
    given = Given(
        function=fun,
        static_argnums=info.static_argnums,
        static_argnames=info.static_argnames,
        args=args,
        kwargs=kwargs,
        leaves=values,
        types=params.in_avals,
        jaxpr=params.params["jaxpr"],
    )
    caller = None if behind is None else caller_of(behind)
    if caller is not None:
        around = replace(
            given,
            function=caller.function,
            args=caller.args,
            kwargs=caller.kwargs,
            static_argnums=(),
            static_argnames=(),
            around=True,
        )
        behind = function_behind(caller.function)
        lazy = _LazyCall(around, given)
    else:
        lazy = _LazyCall(given)
    return Call(
        kernel=given.jaxpr,
        name=getattr(behind or fun, "__name__", type(fun).__name__),
        module=getattr(behind or fun, "__module__", None) or "?",
        describe=lazy.describe,
        read=lazy.read,
    )


class _LazyCall:
    """A description of a call that is computed when it is first needed. Only then are the modules for it imported.

    Args:
        given: the call, in each form in which it can be described, preferred form first.
    """

    _chosen: ClassVar[weakref.WeakKeyDictionary[Any, int]] = weakref.WeakKeyDictionary()
    """Maps a jaxpr to the position of the first of the given calls that can be described."""

    def __init__(self, *given: Any) -> None:
        self._given = given
        self._described: Described | None = None

    def describe(self) -> Described:
        from synthesis.frontends.jax.describing import describe

        if self._described is None:
            self._described = describe(self._called())
        return self._described

    def read(self) -> Launched:
        from synthesis.frontends.jax.describing import read

        return read(self._called())

    def _called(self) -> Any:
        first, *_ = self._given
        if len(self._given) > 1 and first.jaxpr not in self._chosen:
            self._chosen[first.jaxpr] = self._first_describable()
        return self._given[self._chosen.get(first.jaxpr, 0)]

    def _first_describable(self) -> int:
        from synthesis.frontends.jax.describing import describe

        for number, each in enumerate(self._given):
            with contextlib.suppress(NotKeptError):
                self._described = describe(each)
                return number
        return 0
