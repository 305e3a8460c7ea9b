/// What a customer can buy: a name with features and limits. Plans are rows; nothing in the code knows one by name.
public struct Plan: Hashable, Sendable, Identifiable {
  public let id: Int64
  /// Stable, lower case: `pro`.
  public let slug: String
  public let name: String
  /// A higher rank has more: it decides what is an upgrade.
  public let rank: Int
  /// In the order they are listed in.
  public let features: [String]
  /// By name; nil stands for unlimited.
  public let limits: [String: Int64?]

  /// How many users may sign in; nil for unlimited.
  public var users: Int64? { limits["users"] ?? nil }
}
