"""The parts of the Staffing page: they lay out what `pipelines.api` computes."""
