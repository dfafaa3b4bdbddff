"""The bench and the load run: what they measure is looked at elsewhere."""
