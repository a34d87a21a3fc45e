"""What differs between SQL engines, and nothing else: one prelude of functions per engine."""
