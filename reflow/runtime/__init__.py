"""What runs a graph: sessions, plans, devices, variables' storage, traces."""
