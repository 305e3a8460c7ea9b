import Testing

/// Who gets in and what they may do there, against whole trackers.
@Suite struct AccessTests {}
