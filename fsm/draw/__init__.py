"""Diagrams of lifecycles and of runs: DOT, SVG, PNG, PDF, Mermaid and PlantUML."""
