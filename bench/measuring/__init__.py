"""What every bench measures with: memory watched, time taken, each measurement in a process of its own. Read process, watch."""
