"""The goals of performance, measured: one module per goal, all run by ``make bench`` (« mesures »)."""
