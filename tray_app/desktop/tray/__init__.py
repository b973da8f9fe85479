"""The tray icon: what it shows, its menu, and the panel that hosts it."""
