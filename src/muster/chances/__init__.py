"""The step `chance`: every Monday, how likely each account is to open an opportunity for each solution."""
