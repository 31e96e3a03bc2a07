"""Errors, clock, access, audit, registry, page frame: no word of the domain."""
