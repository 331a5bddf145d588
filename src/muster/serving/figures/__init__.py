"""What screens show, read from the tables a viewer may see: one module for each screen, no HTML in any."""
