"""The pytest plugin: spec files are collected like test files."""
