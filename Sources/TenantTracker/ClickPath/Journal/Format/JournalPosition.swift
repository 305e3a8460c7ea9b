/// A place in a journal: the next byte after what has been read. Consumers store it in the transaction that stores
/// what they read; that makes them exactly once.
public struct JournalPosition: Hashable, Comparable, Sendable, Codable, LosslessStringConvertible {
  /// Number of the segment; numbers only grow and are never used twice in one journal.
  public var segment: Int64
  /// Bytes from the start of the segment.
  public var offset: Int64

  public init(segment: Int64, offset: Int64) {
    self.segment = segment
    self.offset = offset
  }

  /// Before everything a journal holds.
  public static let start = JournalPosition(segment: 0, offset: 0)

  /// `segment:offset`, both decimal.
  public init?(_ description: String) {
    let parts = description.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let segment = Int64(parts[0]), let offset = Int64(parts[1]), segment >= 0, offset >= 0
    else { return nil }
    self.init(segment: segment, offset: offset)
  }

  public var description: String { "\(segment):\(offset)" }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let position = JournalPosition(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected segment:offset")
    }
    self = position
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  public static func < (left: JournalPosition, right: JournalPosition) -> Bool {
    (left.segment, left.offset) < (right.segment, right.offset)
  }
}
