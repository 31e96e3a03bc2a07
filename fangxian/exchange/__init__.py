"""What other systems see: spreadsheets, DHIS2, FHIR, OpenRosa. No room here yet."""
