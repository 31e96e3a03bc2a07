"""Django's PostgreSQL, with the scope of whoever is at work told to every statement."""
