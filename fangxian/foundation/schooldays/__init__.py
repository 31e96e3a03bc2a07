"""Which days are school days, per unit."""
