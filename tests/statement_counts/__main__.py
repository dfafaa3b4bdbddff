"""`python -m tests.statement_counts [--write]`: play every route; with `--write` keep what was counted."""

import os
import sys
from pathlib import Path

import pytest

TEST = Path(__file__).parent.parent / "test_statement_counts_of_routes.py"

if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        os.environ["MOTCUA_KEEP_COUNTS"] = "1"
    sys.exit(pytest.main([str(TEST), "-q", "-p", "no:cacheprovider"]))
