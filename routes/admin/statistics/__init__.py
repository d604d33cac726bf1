"""The released figures as pages, tables and files; and the true counters, for whoever answers for the look."""
