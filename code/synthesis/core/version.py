"""The version of irsmith, recorded in every row."""

__version__ = "0.1.0"
