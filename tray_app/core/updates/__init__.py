"""Updates: is there a newer version at the registry, what differs, and what would it cost."""
