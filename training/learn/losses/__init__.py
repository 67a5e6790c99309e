"""What a run minimises besides the mean absolute error."""
