"""The operational store: what people decide and do, kept for good beside tables that can be built again."""
