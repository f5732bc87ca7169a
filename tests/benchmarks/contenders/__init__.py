"""What is measured, each a script and a process of its own: as little as it takes, so that the work is what costs."""
