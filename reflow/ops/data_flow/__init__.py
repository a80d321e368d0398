"""What the runs of a session, and their threads, hand on to each other: queues and their like."""
