"""The pages of this room: getting in, one's own account, administration, the audit trail."""
