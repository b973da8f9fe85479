"""Models that stay in memory, and what memory they took."""
