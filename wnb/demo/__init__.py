"""Invented partnerships: the fixtures, a demonstration of any size, and one big extract to measure by.

Nobody here exists. NHS numbers are of the range that begins with 999 and is never issued; postcodes have areas that
Royal Mail has not made; names are drawn from those heard in the place. Everything is a function of a seed: no clock is
read.
"""
