"""The page frame: base templates, language switch, content security policy."""
