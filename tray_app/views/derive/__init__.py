"""New from this model, edit, rebuild: one form, its parameters, and what will be sent."""
