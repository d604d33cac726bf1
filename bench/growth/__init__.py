"""Growth: what a directory of 100, 1,000, 10,000 and 100,000 helplines costs to read, publish, hold and search."""
