"""Which records are one person or one account.

Evidence in whole numbers, links, clusters that keep their ids.
"""
