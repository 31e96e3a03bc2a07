"""Runs of the load generator as the tests tell them."""

from bench.stats import Load


def load(created: int = 0, **told: object) -> Load:
    """A run in which everything went well, but for what is told."""
    p99_ms = float(str(told.get("p99_ms", 5.0)))
    values: dict[str, object] = {
        "requests": created,
        "seconds": 1.0,
        "created": created,
        "accepted": 0,
        "refused": 0,
        "sent": created,
        "broken": 0,
        "p50_ms": p99_ms / 2,
        "p99_ms": p99_ms,
        "max_ms": p99_ms * 2,
        "exhausted": False,
        "refusal": "",
    }
    return Load(**{**values, **told})  # type: ignore[arg-type]
