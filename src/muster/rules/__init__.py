"""Rules are data: dated CSV rows in the workspace, each with a why."""
