"""Canonical forms and hashes of Python and IR, which decide when two kernels are the same.

Every stored id and hash depends on this folder. A change makes all existing data sets differ from new ones.
"""
