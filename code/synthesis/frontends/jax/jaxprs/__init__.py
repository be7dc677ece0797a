"""Printed jaxprs: from text to data (``parsing``), and from data to a function of JAX's primitives (``rebuilding``).

Nothing here computes a value, and no code is shared with the oracle in ``reference``.
"""
