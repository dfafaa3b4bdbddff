"""Papers: the official forms, results and copies, as PDF. The only door to typst and to bar codes."""
