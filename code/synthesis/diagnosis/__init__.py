"""What a report of a bug needs: the machine, the installed tools, and whether each front end works here."""
