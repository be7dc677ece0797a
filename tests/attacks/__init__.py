"""Hostile rows: what somebody might put into a folder of pairs for another's ``irsmith verify`` to run."""
