"""Mutants of IR texts: small changes of the kind that a wrong compiler, or a wrong model, makes.

``records`` says what one is; a module a language (``cpp`` with ``cuda``, ``mlir``, ``hlo``, ``jaxpr``) finds where a
text can be changed, over a lexer of its own; ``choosing`` takes some of the places.
"""
