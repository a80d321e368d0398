"""Ops that describe values as Summary messages, which event files hold and TensorBoard shows."""
