"""Data sets: tables of rows, splits, near duplicates, the ledger, counts, the card, and the comparison of folders.

The rules of splits, filters and counts may be changed here. ``storage`` defines the file format.
"""
