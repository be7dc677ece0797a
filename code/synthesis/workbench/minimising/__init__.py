"""Makes a failing kernel small while the failure stays, by delta debugging over its syntax tree.

``reductions`` lists smaller kernels and may be added to. ``observing`` runs them in processes that may die, ``search``
chooses, ``scripts`` and ``report`` write the result.
"""
