"""What a person is told: the inbox, and how it reaches them by e-mail, SMS and chat robots."""
