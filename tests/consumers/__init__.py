"""What others read: the programs and schemas of `package.json` get what rydecheck writes."""
