"""Staged imports of sheets: read, checked and shown before anything is written."""
