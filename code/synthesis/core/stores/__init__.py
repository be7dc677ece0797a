"""Files in folders and at fsspec URLs, written atomically.

Add a module for a kind of place that fsspec does not cover. A file appears whole or not at all; keep that.
"""
