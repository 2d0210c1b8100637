"""Who the brand's customers are, and the pure matching of a sender to one of them."""
