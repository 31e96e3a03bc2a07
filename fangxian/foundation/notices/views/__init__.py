"""Pages: the inbox, how one wants to be told, the logs, and a unit's robots."""
