"""What experiments say would have been otherwise: hold-outs, lots about the last place, regions."""
