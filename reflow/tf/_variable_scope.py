"""tf.variable_scope and tf.get_variable: variables that are shared by name."""
class _S:
    use_resource=None
def get_variable_scope(): return _S
