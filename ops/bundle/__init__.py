"""What ops/release puts a release together from."""
