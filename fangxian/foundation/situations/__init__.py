"""The response level in force for a unit and a day."""
