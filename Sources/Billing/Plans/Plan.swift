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

  public init(
    id: Int64, slug: String, name: String, rank: Int, features: [String], limits: [String: Int64?]
  ) {
    self.id = id
    self.slug = slug
    self.name = name
    self.rank = rank
    self.features = features
    self.limits = limits
  }

  /// How many users may sign in; nil for unlimited.
  public var users: Int64? { limits["users"] ?? nil }
}
