/// What a journal has to shout about. Each is told once, to the handler that ``Journal/open(directory:settings:onFault:)``
/// was given, from whatever thread met it.
public enum JournalFault: Hashable, Sendable {
  /// The end of what a crash interrupted: never acknowledged, dropped.
  case torn(at: JournalPosition, bytes: Int)
  /// Bytes that had been durable can't be read as records any more; the records around them can. How many records that
  /// costs, if it can be told. The segment has a second name, `keptAs`, that outlives it (nil: that could not be made).
  case damaged(at: JournalPosition, bytes: Int, records: Int?, keptAs: String?)
  /// A segment without a readable header; none of its records can be had. It was renamed to `keptAs`.
  case unreadable(segment: Int64, keptAs: String?)
  /// Records that should come before this position are nowhere.
  case missing(records: Int, before: JournalPosition)
  /// Some of what was set aside for a tenant can't be read.
  case setAsideDamaged(tenantID: Int64, bytes: Int, keptAs: String?)
  /// A write or fdatasync failed: the segment is not written to again. Nothing acknowledged is lost.
  case segmentFailed(Int64, JournalFileError)
  /// No segment can be made (a full disk): once the current one is full, appends fail until ``recovered``.
  case noSegment(JournalFileError)
  /// Segments can be made again.
  case recovered
  /// Removing, trimming or keeping aside a file failed; nothing is lost by it but room.
  case upkeepFailed(JournalFileError)

  /// Whether something that was acknowledged is lost.
  public var isLoss: Bool {
    switch self {
    case .damaged, .unreadable, .missing, .setAsideDamaged: true
    case .torn, .segmentFailed, .noSegment, .recovered, .upkeepFailed: false
    }
  }
}

extension JournalFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .torn(let position, let bytes): "torn end at \(position) dropped: \(bytes) bytes, never acknowledged"
    case .damaged(let position, let bytes, let records, let name):
      "\(bytes) damaged bytes at \(position) skipped, \(records.map(String.init) ?? "unknown") records"
        + Self.kept(name)
    case .unreadable(let segment, let name): "segment \(segment) has no readable header\(Self.kept(name))"
    case .missing(let records, let position): "\(records) records before \(position) are missing"
    case .setAsideDamaged(let tenantID, let bytes, let name):
      "\(bytes) bytes set aside for tenant \(tenantID) are damaged" + Self.kept(name)
    case .segmentFailed(let segment, let error): "segment \(segment) is given up: \(error)"
    case .noSegment(let error): "no segment can be made: \(error)"
    case .recovered: "segments can be made again"
    case .upkeepFailed(let error): "upkeep failed: \(error)"
    }
  }

  private static func kept(_ name: String?) -> String { name.map { "; kept aside as \($0)" } ?? "" }
}
