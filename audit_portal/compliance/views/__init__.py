"""Pure: from facts to what a template shows. No request, no clock, no store."""
