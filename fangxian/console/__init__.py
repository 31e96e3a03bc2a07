"""The fangxian command: the process tree, the database it owns, the demo."""
