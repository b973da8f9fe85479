"""`python -m tests.shots`: see `registry`."""

import sys

from tests.shots.registry import main

if __name__ == "__main__":
    sys.exit(main())
