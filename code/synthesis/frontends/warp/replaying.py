"""Signatures that hold the recorded arguments of Warp launches."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from synthesis.core.errors import ConfigError
from synthesis.core.formats import is_floating
from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.frontends.base import Kernel
from synthesis.frontends.launched import Array, Launched, Mutation, numbers_of
from synthesis.frontends.warp import introspection, launches
from synthesis.frontends.warp.containers import NOTHING
from synthesis.frontends.warp.declaration import declared_signature
from synthesis.frontends.warp.handles import PARTS, is_object


class WarpReplayer:
    """A maker of signatures from recorded launches of Warp kernels."""

    def digest(self, kernel: Kernel) -> str:
        """Return the digest of the text to which a kernel lowers for the host."""
        return launches.digest_of(kernel.live, kernel.spec.signature.options)

    def replayed(self, kernel: Kernel, launched: Launched, mutation: Mutation) -> Signature:
        """Return a signature with the recorded values as starting values; arrays that are only written are poisoned."""
        if launched.lost:
            raise ConfigError(launched.lost[0])
        claimed = kernel.spec.signature
        roles = {each.name: each.role for each in declared_signature(kernel.live, claimed).spread.arguments}
        filling = _Filling(launched, mutation, roles)
        arguments = tuple(filling.fill(each, each.name) for each in claimed.arguments)
        rank = introspection.launch_rank(kernel.live)
        launch = (*launched.launch, *[1] * (rank - len(launched.launch) - launched.tiled))[:rank]
        found = replace(claimed, arguments=arguments, launch=launch, tiled=launched.tiled)
        return replace(found, differentiable=declared_signature(kernel.live, found).differentiable)


class _Filling:
    def __init__(self, launched: Launched, mutation: Mutation, roles: Mapping[str, Role]) -> None:
        self._launched = launched
        self._mutation = mutation
        self._roles = roles
        grids = [path for path, kind in launched.handles.items() if kind == "hash_grid"]
        self._points = {
            _bits(launched.values[f"{path}:points"]) for path in grids if f"{path}:points" in launched.values
        }
        """The bytes of the points of hash grids.

        Points do not vary between draws. An array with the same bytes does not vary either, because the kernel assumes
        that it holds the points.
        """

    def fill(self, argument: Argument, path: str, shape: tuple[int, ...] | None = None) -> Argument:
        """Return an argument, or a field of one, with its recorded value.

        Args:
            argument: the argument or the field.
            path: its name in the recording, such as ``state.q``.
            shape: the shape of the array of structs that a field belongs to; None for any other argument.
        """
        if path in self._launched.handles:
            return self._object(argument, path)
        if argument == NOTHING:
            return argument
        if argument.shape is not None:
            shape = tuple(max(1, each) for each in self._shape(path, len(argument.shape)))
            argument = replace(argument, shape=shape, role=self._roles.get(path, argument.role))
        if argument.fields:
            fields = tuple(self.fill(each, f"{path}.{each.name}", shape) for each in argument.fields)
            return replace(argument, fields=fields)
        if argument.role is Role.OUTPUT:
            return argument
        value = self._value(path, (*(shape or ()), *argument.element))
        return replace(argument, domain=self._domain(value), base=numbers_of(value), recorded=True)

    def _shape(self, path: str, rank: int) -> tuple[int, ...]:
        shape = self._launched.shapes.get(path)
        if shape is None or len(shape) != rank:
            raise ConfigError(f"{path} was recorded with other dimensions")
        return shape

    def _value(self, path: str, shape: tuple[int, ...]) -> Array:
        value = self._launched.values.get(path)
        if value is None:
            raise ConfigError(f"{path} was not recorded")
        if not value.size:  # an empty array gets one element that is never read
            return np.zeros(shape, value.dtype)
        if value.shape != shape:
            raise ConfigError(f"{path} is too large: {value.size} of {math.prod(shape)} numbers were recorded")
        return value

    def _domain(self, value: Array) -> Domain:
        if not is_floating(value.dtype):
            most = self._mutation.whole if value.dtype.kind in "iu" else 0
            return Domain(low=0, high=most)
        if _bits(value) in self._points:
            return Domain(low=0, high=0)
        return self._mutation.domain(value)

    def _object(self, argument: Argument, path: str) -> Argument:
        """Return an object's id with its parts. Those that determine its structure (indices, sizes) are fixed.

        The points of a hash grid are also fixed, since their cells determine the result and the order of a query.
        """
        kind = self._launched.handles[path]
        fields: list[Argument] = []
        for name, part in PARTS.get(kind, {}).items():
            value = self._launched.values.get(f"{path}:{name}")
            if value is None:
                continue
            whole = self._launched.shapes.get(f"{path}:{name}")
            if whole is not None and whole != value.shape[: len(whole)]:
                raise ConfigError(f"{path} is too large: {len(value)} of {whole[0]} {name} were recorded")
            value = value.astype(part.dtype)
            fixed = part.dtype != "float32" or part.rank is None or kind == "hash_grid"
            fields.append(
                Argument(
                    name=name,
                    type_name="",
                    dtype=part.dtype,
                    element=part.element,
                    shape=None if part.rank is None else value.shape[: part.rank],
                    domain=Domain(low=0, high=0) if fixed else self._domain(value),
                    base=numbers_of(value),
                    recorded=True,
                )
            )
        made = replace(argument, handle=kind, fields=tuple(fields))
        if not is_object(made):
            raise ConfigError(f"{path} is the id of a {kind} that cannot be made again")
        return made


def _bits(value: Array) -> bytes:
    return np.ascontiguousarray(value).tobytes()
