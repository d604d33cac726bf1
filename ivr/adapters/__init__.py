"""The outside world of calls: the queue, the event stream, the counters, the provider's REST interface."""
