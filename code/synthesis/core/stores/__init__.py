"""Files in folders and at fsspec URLs, written atomically.

Add a module for a kind of storage that fsspec does not cover. It must write files atomically as well.
"""
