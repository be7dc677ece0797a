"""What both front ends draw kernels with: random streams, types, intervals, syntax trees, names, and styles.

``functions`` and ``operations`` are tables to add to. Any other change moves what is drawn, and ``tests/golden.json``
with it.
"""
