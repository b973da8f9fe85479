"""Lists of models: the plan before an import, and where files are asked for."""
