"""Who may sign in, and which roles they hold at which units."""
