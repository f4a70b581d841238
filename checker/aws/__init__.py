"""Reading one deployed stack through AWS's own calls, none of which changes anything."""
