"""Checks, reports and everything that watches over health."""
