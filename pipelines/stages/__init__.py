"""What a run does between loading and publishing, besides the tables that SQL makes.

run.py calls them in this order: languages and details look through what was loaded, once for each
load (per_load); then the tables are built; forecast and analysis add theirs to the unpublished
build, the plan by its assumptions.
"""
