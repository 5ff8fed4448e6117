"""One component resource per product; only `platform` imports them."""
