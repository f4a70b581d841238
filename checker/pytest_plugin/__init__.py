"""What `pytest --rydecheck` does once it is asked for; `rydecheck_pytest.py` holds its options."""
