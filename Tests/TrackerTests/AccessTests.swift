import Testing

/// Who gets in and what they may do there, against whole trackers. One after the other: each starts a server and a
/// database.
@Suite(.serialized) struct AccessTests {}
