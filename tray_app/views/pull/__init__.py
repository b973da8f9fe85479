"""The dialog that asks for a name to pull and says what that means."""
