"""The queue of downloads: its rows, its schedule, its jobs, what of it is kept on disk."""
