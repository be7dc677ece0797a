"""Where candidates come from: drawn, extracted from files, recorded, stored in a folder, or lowered again.

Add a module for another source; it yields candidates and knows nothing of chunks or engines.
"""
