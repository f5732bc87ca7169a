"""What a night hands to people: lists, workbooks and one page, made from `rows` and nothing else."""
