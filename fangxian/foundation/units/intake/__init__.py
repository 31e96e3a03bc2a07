"""Schools and groups, and whom to call at them, from sheets."""
