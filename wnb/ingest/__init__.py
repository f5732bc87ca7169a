"""From the bytes an agency delivered to typed appointments, with a reason for everything that is not one of them."""
