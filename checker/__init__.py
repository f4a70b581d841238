"""rydecheck: checks and grades a hands-on workshop on serverless reliability."""
