"""The demonstration: an invented province and a simulated morning on the demo's clock."""
