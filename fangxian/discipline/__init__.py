"""Duty, gatherings, rumours, mobilisation. No room here yet."""
