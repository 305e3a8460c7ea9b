import Core
import Web

/// A host of the tenant's own. It answers once its DNS points to this tracker.
struct Domain: Resource {
  enum Status: String, Sendable { case pending, verified, failed }

  struct Draft: Sendable {
    var host: String
  }

  static let noun = "domain"
  static let path = "/domains"
  static let section = Section.domains

  let id: Int64
  var draft: Draft
  var status: Status
  var checkedAt: Timestamp?
  var problem: String?
  var createdAt: Timestamp

  var json: JSONValue {
    [
      "id": .int(id), "host": .string(draft.host), "status": .string(status.rawValue),
      "checked_at": JSONValue(checkedAt), "problem": JSONValue(problem), "created_at": JSONValue(createdAt),
    ]
  }

  static func read(_ fields: inout FieldReader, current: Draft?, defaults: TenantDefaults) throws -> Draft? {
    if let current, !fields.has("host") { return current }
    guard let host = fields.string("host", length: 1...253)?.lowercased() else { return nil }
    guard Hostname.isValid(host), host.contains("."), IPAddress(host) == nil else {
      fields.fault("host", "host", "must be a host name such as track.example.com")
      return nil
    }
    if let current, current.host != host { fields.fault("host", "fixed", "can't be changed; add another domain") }
    return Draft(host: host)
  }

  static let schema = Schema.object([.optional("host", .string)])
}
