"""`rydecheck watch`: a service checked again at each save, on a screen that is drawn in place."""
