"""The roster of a school, or of all schools of a bureau, from a sheet."""
