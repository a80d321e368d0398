"""Ops of lookup tables, and the tables themselves.

The handle of a table is a scalar of type resource; of the ops of TensorFlow 0.x, without V2, a
reference to two strings.  An op takes either as an array that holds the table itself.
"""
