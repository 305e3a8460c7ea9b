import Core
import Licensing

/// What one licence has beyond its plan and its payments:
/// `{"limits": {"users": 8}, "extra_users": 3, "features": ["attribution"], "expires_at": "…"}`.
struct LicenseOverrides: Sendable, Hashable {
  /// The plan's number of users replaced; `.some(nil)` is unlimited, nil leaves the plan's.
  var users: Int64??
  /// Users on top of that.
  var extraUsers: Int64 = 0
  /// Features on top of the plan's.
  var features: [Feature] = []
  /// A licence that expires lasts to here at least, whatever is paid for.
  var expiresAt: Timestamp?

  static let none = LicenseOverrides()

  /// `plan` with these overrides applied.
  func applied(plan slug: String, features planFeatures: [String], users planUsers: Int64?) -> Entitlements {
    let extra = features.map(\.rawValue).filter { !planFeatures.contains($0) }
    let limit = (users ?? planUsers).map { Int($0 + extraUsers) }
    return Entitlements(plan: slug, features: planFeatures + extra, userLimit: limit)
  }

  var json: JSONValue {
    var object = JSONObject()
    if let users { object["limits"] = ["users": JSONValue(users)] }
    if extraUsers > 0 { object["extra_users"] = .int(extraUsers) }
    if !features.isEmpty { object["features"] = JSONValue(features.map(\.rawValue)) }
    if let expiresAt { object["expires_at"] = JSONValue(expiresAt) }
    return .object(object)
  }

  /// From what is stored; features that this version does not know are left out.
  init(stored: JSONValue) {
    if let users = stored["limits"]?["users"] { self.users = .some(users.intValue) }
    extraUsers = stored["extra_users"]?.intValue ?? 0
    expiresAt = stored["expires_at"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
    features = (stored["features"]?.arrayValue ?? []).compactMap { $0.stringValue.flatMap(Feature.init) }
  }

  init() {}

  /// The field of a request; nil when it is absent.
  static func read(_ field: String, from reader: inout FieldReader) throws(Problem) -> LicenseOverrides? {
    guard let given = reader.optionalObject(field) else { return nil }
    var overrides = LicenseOverrides()
    guard let object = given else { return overrides }
    var nested = try FieldReader(object, path: field)
    if let limits = nested.optionalObject("limits") ?? nil {
      var inner = try FieldReader(limits, path: "\(field).limits")
      if let users = inner.optionalInt("users", range: 1...1_000_000) { overrides.users = .some(users) }
      reader.adopt(inner)
    }
    overrides.extraUsers = (nested.optionalInt("extra_users", range: 0...1_000_000) ?? nil) ?? 0
    overrides.expiresAt = nested.optionalTimestamp("expires_at") ?? nil
    for name in (nested.optionalStrings("features", max: 50) ?? nil) ?? [] {
      guard let feature = Feature(rawValue: name) else {
        let names = Feature.allCases.map(\.rawValue).joined(separator: ", ")
        nested.fault("features", "choice", "\(name) is no feature; the features are \(names)")
        continue
      }
      if !overrides.features.contains(feature) { overrides.features.append(feature) }
    }
    reader.adopt(nested)
    return overrides
  }
}
