"""Battery and network: `base` says what can be asked, `system` picks the file of this system."""
