"""`python -m app.cli`: the command where it is not installed on the PATH."""

from app.cli import main

main()
