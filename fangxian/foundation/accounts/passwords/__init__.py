"""What a password must be, and the ones that a person had before."""
