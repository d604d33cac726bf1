"""The outside world of calls: the queue, the event stream, the counters in SQL and the provider's REST interface."""
