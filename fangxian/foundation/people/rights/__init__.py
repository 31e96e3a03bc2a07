"""What people may ask about their data: to see all of it, to have it corrected, to have it go."""
