"""Units, accounts, people, days and obligations: what every room stands on."""
