"""The pages: HTMX over server-rendered HTML. Views call services or read querysets, and decide nothing."""
