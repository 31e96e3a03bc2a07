"""Background work: deliveries are sent as soon as they are planned, and looked for each minute."""


def begin_soon() -> None:
    """Have the worker look for deliveries now."""
