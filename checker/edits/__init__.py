"""The edits that answer a check: shown as lines, and written into an attendee's own file."""
