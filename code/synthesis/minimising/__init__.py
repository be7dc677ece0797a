"""A kernel made small while what is wrong with it stays: delta debugging over its syntax tree.

``reductions`` says which smaller kernels there are (pure), ``observing`` what is wrong with one (in processes that may
die), ``search`` goes down, ``scripts`` and ``report`` tell the tool's authors.
"""
