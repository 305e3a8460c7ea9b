import Core
import Licensing

/// What one licence has beyond its plan: `{"limits": {"users": 8}, "features": ["attribution"]}`.
struct LicenseOverrides: Sendable, Hashable {
  /// The plan's number of users replaced; `.some(nil)` is unlimited, nil leaves the plan's.
  var users: Int64??
  /// Features on top of the plan's.
  var features: [Feature] = []

  static let none = LicenseOverrides()

  /// `plan` with these overrides applied.
  func applied(plan slug: String, features planFeatures: [String], users planUsers: Int64?) -> Entitlements {
    let extra = features.map(\.rawValue).filter { !planFeatures.contains($0) }
    let limit = users ?? planUsers
    return Entitlements(plan: slug, features: planFeatures + extra, userLimit: limit.map { Int($0) })
  }

  var json: JSONValue {
    var object = JSONObject()
    if let users { object["limits"] = ["users": JSONValue(users)] }
    if !features.isEmpty { object["features"] = JSONValue(features.map(\.rawValue)) }
    return .object(object)
  }

  /// From what is stored; features that this version does not know are left out.
  init(stored: JSONValue) {
    if let users = stored["limits"]?["users"] { self.users = .some(users.intValue) }
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
