/// What a record is about. The journal carries it and does not look at it; its values belong to the events.
public struct JournalKind: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
}
