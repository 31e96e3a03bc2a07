"""Response, directives, readiness, inspections, plans. No room here yet."""
