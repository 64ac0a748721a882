"""The team's application: what is stored, who may see it, and the services that alone may change it."""
