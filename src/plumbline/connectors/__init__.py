"""Files in and out: what touches the disk so that the core does not have to."""
