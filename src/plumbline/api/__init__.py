"""The REST doors: routers and schemas over the same services as the pages."""
