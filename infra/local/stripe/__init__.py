"""The Stripe stand-in (« faux Stripe ») of the local portal and the tests; it is never deployed."""
