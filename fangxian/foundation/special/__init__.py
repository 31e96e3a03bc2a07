"""Special collections: data gathered in an emergency, each under a key of its own, to be wiped."""
