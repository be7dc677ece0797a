"""A folder for PYTHONPATH: each Python that finds it there records; see ``sitecustomize.py``."""
