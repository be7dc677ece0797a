"""The shared parts of drawing kernels: random streams, types, intervals, syntax trees, names and styles.

``functions`` and ``operations`` are tables that can be extended. Any other change changes the drawn kernels, and
therefore ``tests/golden.json``.
"""
