"""What other systems and people take out: spreadsheets, documents; later DHIS2, FHIR, OpenRosa."""
