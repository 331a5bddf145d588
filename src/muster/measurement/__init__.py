"""The step `measure`: credit, sourcing, influence, conversion, velocity and cost, in exact money."""
