"""Small widgets and painters shared by all views. They know the theme, and nothing of models."""
