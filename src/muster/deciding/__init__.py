"""What people decide about what they see: checked against the last run, kept, applied by the next."""
