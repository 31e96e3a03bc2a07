"""The benchmark: what the product does per second, beside a bare handler on the same machine."""
