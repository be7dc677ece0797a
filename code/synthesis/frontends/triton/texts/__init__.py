"""Runs TTIR and TTGIR texts without Triton: a parser and an interpreter in NumPy.

``parsing`` makes a module of a text by the formats of ``formats``, ``compiling`` makes closures of it, and ``running``
runs them for all programs of a grid. ``elementwise``, ``casts``, ``shapes``, ``combining``, ``products``,
``accesses``, ``descriptors``, ``local`` and ``libdevice`` hold the operations by topic: an operation is added with its
format and one entry in the table of its topic.

A text is data, maybe hostile: nothing here evaluates it as code, imports a compiler, or uses a name from it as an
attribute. Everything that it asks for has a limit.
"""

from synthesis.frontends.triton.texts.errors import DEFAULT_LIMITS, BudgetError, Limits, TextError
from synthesis.frontends.triton.texts.parsing import parse
from synthesis.frontends.triton.texts.running import check, run
from synthesis.frontends.triton.texts.structure import Module
from synthesis.frontends.triton.texts.watching import Watch

__all__ = ["DEFAULT_LIMITS", "BudgetError", "Limits", "Module", "TextError", "Watch", "check", "parse", "run"]
