"""The web door: each page by its subject. Views hold no rule of their own."""
