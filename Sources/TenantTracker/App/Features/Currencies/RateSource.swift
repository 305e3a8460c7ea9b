import Core
import Database

/// Whether a tenant's rates come by themselves.
struct RateSource: Sendable, Hashable {
  /// The European Central Bank's, once a day.
  var usesECB = false

  private static let key = "currency_rates"

  static func load(of scope: TenantScope) async throws -> RateSource {
    let row = try await scope.first("SELECT value FROM \(scope.schema).settings WHERE key = \(key)")
    return RateSource(usesECB: try row?.get("value", as: JSONValue.self)["ecb"]?.boolValue ?? false)
  }

  var json: JSONValue { ["ecb": .bool(usesECB)] }
  var stored: [(key: String, value: JSONValue)] { [(Self.key, json)] }
}
