public import Core

/// What a licence gives: the plan's name, its features and limits.
public struct Entitlements: Sendable, Hashable {
  /// `starter`, `pro`, `enterprise`, or a plan that the vendor has added.
  public let plan: String
  /// In the order the server named them.
  public let features: [String]
  /// Seats; nil is unlimited.
  public let userLimit: Int?

  public init(plan: String, features: [String], userLimit: Int?) {
    self.plan = plan
    self.features = features
    self.userLimit = userLimit
  }

  public init(_ plan: DocumentedPlan) {
    self.init(plan: plan.rawValue, features: plan.features.map(\.rawValue), userLimit: plan.userLimit)
  }

  /// Without a licence, and whenever one has lost its rights.
  public static let starter = Entitlements(.starter)

  public func includes(_ feature: Feature) -> Bool { features.contains(feature.rawValue) }

  /// What people call the plan.
  public var planTitle: String { DocumentedPlan(rawValue: plan)?.title ?? plan }

  /// `{"users": 5}`, null for unlimited.
  public var limitsJSON: JSONValue { ["users": JSONValue(userLimit)] }
  public var featuresJSON: JSONValue { JSONValue(features) }

  /// From the members `plan`, `features` and `limits` of a lease or an answer; nil when one is not as documented.
  init?(members json: JSONValue) {
    guard let plan = json["plan"]?.stringValue, !plan.isEmpty, plan.utf8.count <= 100,
      let features = json["features"]?.arrayValue, features.count <= 200, let users = json["limits"]?["users"]
    else { return nil }
    let names = features.compactMap(\.stringValue)
    guard names.count == features.count else { return nil }
    if users.isNull {
      self.init(plan: plan, features: names, userLimit: nil)
    } else {
      guard let limit = users.intValue, limit >= 0, let seats = Int(exactly: limit) else { return nil }
      self.init(plan: plan, features: names, userLimit: seats)
    }
  }
}
