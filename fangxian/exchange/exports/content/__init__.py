"""What stands in an export: tables of plain values, read as the asker may see them."""
