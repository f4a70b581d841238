"""Templates, intrinsic functions, ARNs and policy evaluation, shared by files and deployed stacks."""
