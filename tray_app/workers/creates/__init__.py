"""Jobs that make models from files of this computer."""
