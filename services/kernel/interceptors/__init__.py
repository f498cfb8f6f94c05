"""What happens around every call, one idea a file; `chain.py` composes them once per method."""
