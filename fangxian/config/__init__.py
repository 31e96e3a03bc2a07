"""Settings, URLs and the WSGI entry point; imported by name only."""
