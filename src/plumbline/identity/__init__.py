"""Which records are one person or one account: evidence in whole numbers, links, clusters that keep their ids."""
