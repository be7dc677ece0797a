"""What becomes of wrong texts: ``judging`` asks verification, and tells what behaves as before; ``table`` sums up."""
