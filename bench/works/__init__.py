"""The works that are measured, each a function of the ground."""
