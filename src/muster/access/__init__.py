"""Who sees what: one place beneath the pages, the API, the assistant, messages and exports."""
