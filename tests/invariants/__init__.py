"""Whether the books agree after a run: a checker that shares no code with the product, and what plants errors for it."""
