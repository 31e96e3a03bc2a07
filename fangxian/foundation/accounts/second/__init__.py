"""The second factor: a code from one's phone after the password, and codes for a lost phone."""
