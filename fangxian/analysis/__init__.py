"""Rates and, later, detection on arrays; imports no Django."""
