/// Why a journal can't be opened. Nothing was changed in its directory.
public enum JournalOpenError: Error, Hashable, Sendable {
  /// Another process (or another journal in this one) has it.
  case inUse
  /// A segment's format is newer, or older, than this release reads.
  case unknownVersion(segment: String, version: UInt32, readable: ClosedRange<UInt32>)
  /// A segment belongs to another journal: directories were mixed.
  case foreignSegment(String, instance: JournalInstance)
  /// The file `instance` does not hold an instance.
  case malformedInstance
  case noThreads
  case file(JournalFileError)
}

extension JournalOpenError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .inUse: "another process is using this journal"
    case .unknownVersion(let name, let version, let readable):
      "\(name) has format version \(version); this release reads \(readable.lowerBound) to \(readable.upperBound)"
    case .foreignSegment(let name, let instance): "\(name) belongs to another journal (\(instance))"
    case .malformedInstance: "the file instance is malformed"
    case .noThreads: "the system gives no more threads"
    case .file(let error): error.description
    }
  }
}
