"""Runs Understudy's training process inside a Ray job."""
