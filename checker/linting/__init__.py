"""What would break the deployment of a service, found by cfn-lint and told in words of the workshop."""
