"""``python -m synthesis`` is the command ``irsmith``."""

from synthesis.cli import main

if __name__ == "__main__":
    main()
