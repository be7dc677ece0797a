"""The scorer over HTTP: a server that batches what comes, and processes of it that score."""
