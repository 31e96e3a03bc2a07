"""Taking tables out: by permission, marked with who took them, gone again soon."""
