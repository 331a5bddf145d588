"""The step `score`: each group's score part by part, every Monday and at every change of status."""
