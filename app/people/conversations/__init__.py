"""What people asked and were answered: kept for them alone, until they delete it."""
