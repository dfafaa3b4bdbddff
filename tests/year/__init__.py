"""A commune lives through a year by the real verbs of the office; then everything is counted again by hand."""
