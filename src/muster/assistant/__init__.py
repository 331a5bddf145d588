"""An assistant's tools (Model Context Protocol): read as far as its user may see, decide with a token."""
