"""A backup: everything PostgreSQL holds and whoever runs the installation put beside it, proven."""
