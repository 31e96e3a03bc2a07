"""The school's signed daily report and the tables above it."""
