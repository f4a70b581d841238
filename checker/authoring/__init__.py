"""What helps to write a module of one's own: every problem at once, a proof on a service, schemas, a first module."""
