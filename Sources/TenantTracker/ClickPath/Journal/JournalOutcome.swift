/// What became of an appended record.
public enum JournalOutcome: Hashable, Sendable {
  /// It survives a power cut.
  case durable
  /// It is not in the journal; the disk said why.
  case failed(JournalFileError)
}

/// Why a record was not taken; there will be no outcome for it.
public enum JournalRefusal: Error, Hashable, Sendable {
  /// The disk is so far behind that ``JournalSettings/pendingBytes`` wait for it.
  case overloaded
  /// The payload is larger than a record may be (16 MiB, or what may wait altogether).
  case tooLarge
  case closed
}
