"""Figures that betray nobody: true counts as tables, what may be shown of them, and months as they were released."""
