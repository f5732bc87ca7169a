"""What is kept: the lake (facts) and the casebook (decisions). The disk and the database are known here alone."""
