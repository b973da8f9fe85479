"""Looking at what the folders of models on this computer take."""
