"""Who sees which rows, asked of the database itself."""
