"""Reduces a failing kernel while it keeps failing, by delta debugging on its syntax tree.

``reductions`` yields smaller kernels and can be extended. ``observing`` runs them in processes that may crash,
``search`` chooses among them, ``scripts`` and ``report`` write the result.
"""
