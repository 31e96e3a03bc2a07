"""Small programs of `make`; none is part of the product."""
