"""The interpreter of TTIR and TTGIR texts, in NumPy and without Triton.

``parsing`` reads a text by the formats in ``formats`` and returns a module, ``compiling`` compiles it to closures,
``binding`` gives values to a function's parameters, and ``running`` runs it for all programs of a grid.
``elementwise``, ``divisions``, ``casts``, ``shapes``, ``combining``, ``products``, ``accesses``, ``descriptors``,
``local`` and ``libdevice`` contain the operations by topic. To add an operation, add its format and one entry in the
table of its topic.

A text is data, possibly hostile: nothing here evaluates it as code, imports a compiler, or uses a name from it as an
attribute. All resources that it uses have a limit.
"""

from synthesis.frontends.triton.texts.errors import DEFAULT_LIMITS, BudgetError, Limits, TextError
from synthesis.frontends.triton.texts.parsing import parse
from synthesis.frontends.triton.texts.running import check, run
from synthesis.frontends.triton.texts.structure import Module
from synthesis.frontends.triton.texts.values import Bounds
from synthesis.frontends.triton.texts.watching import Watch

__all__ = ["DEFAULT_LIMITS", "Bounds", "BudgetError", "Limits", "Module", "TextError", "Watch", "check", "parse", "run"]
