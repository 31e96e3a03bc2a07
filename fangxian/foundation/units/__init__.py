"""The tree of units, asked as of a day."""
