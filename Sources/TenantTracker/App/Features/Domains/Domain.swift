import Core
import Web

/// A host of the tenant's own. It answers once its owner has shown that it is his and that it points to this tracker.
struct Domain: Resource {
  enum Status: String, Sendable { case pending, verified, failed }

  struct Draft: Sendable, Hashable {
    var host: String
    /// Domains of a group stand together in lists; empty for none.
    var groupName = ""
    var root = Root.notFound
    var robots = Robots.disallow
  }

  static let noun = "domain"
  static let path = "/domains"
  static let section = Section.domains

  let id: Int64
  var draft: Draft
  /// What the owner puts into DNS; nobody else's domain has it.
  var token: String
  var status: Status
  var checkedAt: Timestamp?
  var problem: String?
  /// Nil before the first check.
  var findings: DomainFindings?
  var createdAt: Timestamp
  /// Days are counted to and from here.
  var readAt: Timestamp

  var verification: DomainVerification.Record { .init(host: draft.host, token: token) }

  var json: JSONValue {
    var object = draft.json.objectValue ?? [:]
    object["id"] = .int(id)
    object["status"] = .string(status.rawValue)
    object["verification"] = ["type": "TXT", "name": .string(verification.name), "value": .string(verification.value)]
    object["checked_at"] = JSONValue(checkedAt)
    object["problem"] = JSONValue(problem)
    object["checks"] = .array(findings?.checks.map(\.json) ?? [])
    object["provider"] = JSONValue(findings?.provider)
    object["name_servers"] = JSONValue(findings?.nameServers ?? [])
    object["certificate"] = findings?.certificate?.json(at: readAt) ?? .null
    object["created_at"] = JSONValue(createdAt)
    return .object(object)
  }

  static func read(_ fields: inout FieldReader, current: Draft?, defaults: TenantDefaults) throws -> Draft? {
    guard let host = readHost(&fields, current: current) else { return nil }
    var draft = current ?? Draft(host: host)
    if let group = fields.optionalString("group_name", length: 0...60) { draft.groupName = group?.trimmed ?? "" }
    draft.root = Root.read(&fields, current: draft.root)
    draft.robots = Robots.read(&fields, current: draft.robots)
    return draft
  }

  private static func readHost(_ fields: inout FieldReader, current: Draft?) -> String? {
    if let current, !fields.has("host") { return current.host }
    guard let host = fields.string("host", length: 1...253)?.lowercased() else { return nil }
    guard Hostname.isValid(host), host.contains("."), IPAddress(host) == nil else {
      fields.fault("host", "host", "must be a host name such as track.example.com")
      return nil
    }
    if let current, current.host != host { fields.fault("host", "fixed", "can't be changed; add another domain") }
    return host
  }

  static let schema = Schema.object([
    .optional("host", .string), .optional("group_name", .string.described("Domains of a group stand together.")),
    .optional("root", .choice(Root.kinds).described("What `GET /` does.")),
    .optional("root_campaign_id", .integer.nullable), .optional("root_url", .url.nullable),
    .optional("robots", .choice(Robots.modes).described("What `robots.txt` says.")),
    .optional("robots_text", .string.nullable),
  ])
}

extension Domain.Draft {
  fileprivate var json: JSONValue {
    [
      "host": .string(host), "group_name": .string(groupName), "root": .string(root.kind),
      "root_campaign_id": JSONValue(root.campaignID), "root_url": JSONValue(root.url), "robots": .string(robots.mode),
      "robots_text": JSONValue(robots.text),
    ]
  }
}
