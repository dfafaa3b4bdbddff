"""Outside systems that misbehave on purpose, each with its own book. They know nothing of `app`."""
