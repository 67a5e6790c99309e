"""Recipe that trains, measures and exports the enlarging networks Lenslet runs."""
