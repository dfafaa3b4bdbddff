"""How fast the product is, always beside a floor measured in the same run. `make bench` prints the table."""
