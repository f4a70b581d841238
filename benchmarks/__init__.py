"""How fast rydecheck is, beside its peers; each module is a command."""
