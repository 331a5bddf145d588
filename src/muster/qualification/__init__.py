"""The step `qualify`: groups move into and out of qualified, with reasons and without flapping."""
