"""What an athlete answers before a visit, and what follows from the answers."""
