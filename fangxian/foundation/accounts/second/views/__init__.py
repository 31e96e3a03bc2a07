"""The pages of the second factor: on the way in, and in one's own account."""
