"""What each unit owes, to whom it is late, and who is silent."""
