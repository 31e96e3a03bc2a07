"""The roll call of a group, on school days and at home."""
