"""The parts of the page Definitions: metrics, rules side by side, helpdesks' own figures."""
