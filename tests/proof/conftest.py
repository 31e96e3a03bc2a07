"""The ground that every proof stands on."""

from tests.proof.ground import ground

__all__ = ["ground"]
