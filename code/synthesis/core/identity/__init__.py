"""Canonical forms and hashes of Python and of IR: when two programs are the same.

Every stored id and hash depends on this folder. A change here makes all data sets that exist differ from new ones.
"""
