"""Reading serverless.yml as Serverless Framework reads it."""
