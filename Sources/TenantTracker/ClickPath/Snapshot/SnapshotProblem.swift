/// A piece of configuration that the click path had to leave out.
public struct SnapshotProblem: Hashable, Sendable, CustomStringConvertible {
  public let tenantID: Int64
  /// `flow 7`, `offer 9`.
  public let subject: String
  public let message: String

  public var description: String { "tenant \(tenantID), \(subject): \(message)" }
}
