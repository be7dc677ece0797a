"""A data set: the tables of its rows, splits, near duplicates, the ledger, counts, its card, and comparison.

Splits, filters and counts may be changed here. The format of files is in ``storage``.
"""
