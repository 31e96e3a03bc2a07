"""Fangxian 防线: the epidemic prevention and control system of a whole school system."""
