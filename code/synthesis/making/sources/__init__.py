"""Sources of candidates: drawn, extracted from files, recorded, stored in a folder, or lowered again.

Add a module to add a source. It yields candidates and is independent of chunks and engines.
"""
