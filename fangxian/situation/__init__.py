"""Boards, maps and strips: what leaders look at."""
