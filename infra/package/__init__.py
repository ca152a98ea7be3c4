"""Packaging: what is sent to AWS, made from the locks and from nothing else (« paquet »)."""
