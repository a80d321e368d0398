"""The live view: a web application that reads run directories."""
