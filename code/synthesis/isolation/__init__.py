"""One room for dangerous work: processes with limits and without rights, whose results come back as plain data."""
