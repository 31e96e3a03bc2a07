"""What is kept no longer than it is needed: the daily job, and what it did."""
