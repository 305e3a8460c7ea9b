import Billing
import Core
import Database
import Licensing

/// What a list of licences is asked for, read from `?q=&plan=&status=…&sort=&cursor=` and turned into SQL over
/// `license.licenses l`, `license.customers c`, `license.plans p` and the current `license.license_keys k`.
struct LicenseQuery: Sendable {
  enum Sort: String, CaseIterable, Sendable {
    case id, plan
    case expiresAt = "expires_at"
    case customerEmail = "customer_email"

    /// Never null, so that rows can be compared with a cursor. A licence that never expires stands last.
    fileprivate var key: SQL {
      switch self {
      case .id: "l.id"
      case .plan: "p.rank::bigint"
      case .expiresAt: "coalesce((extract(epoch FROM \(LicenseGrant.end)) * 1000000)::bigint, 9223372036854775807)"
      case .customerEmail: "c.email"
      }
    }

    fileprivate func key(of license: License) -> JSONValue {
      switch self {
      case .id: .int(license.id)
      case .plan: .int(license.plan.rank)
      case .expiresAt: .int(license.expiresAt?.microseconds ?? Int64.max)
      case .customerEmail: .string(license.customerEmail.description)
      }
    }
  }

  let sort: Sort
  let descending: Bool
  let limit: Int
  /// What a licence has to be.
  let matching: SQL
  /// That it comes after the cursor.
  let following: SQL

  /// - Throws: 422 that names the parameter.
  init(_ request: PageRequest, at now: Timestamp) throws(Problem) {
    guard let sort = request.sort.map(Sort.init(rawValue:)) ?? .id else {
      let names = Sort.allCases.map(\.rawValue).joined(separator: ", ")
      throw .invalid("sort", "choice", "must be \(names), with a leading - for descending")
    }
    self.sort = sort
    descending = request.sort == nil || request.descending
    limit = request.limit
    following = try Self.following(request.cursor, sort, descending: descending)
    matching = SQL.joined(try Self.conditions(request, at: now), separator: " AND ")
  }

  /// One more than the page has: whether there is a next one.
  var order: SQL {
    let direction: SQL = descending ? "DESC" : "ASC"
    return sort == .id
      ? "ORDER BY l.id \(direction) LIMIT \(limit + 1)"
      : "ORDER BY \(sort.key) \(direction), l.id \(direction) LIMIT \(limit + 1)"
  }
}

/// Cursors: an id in the order of ids, else order, key and id of the last row.
extension LicenseQuery {
  func cursor(after license: License) -> String {
    if sort == .id { return String(license.id) }
    return JSONValue.array([.string(name), sort.key(of: license), .int(license.id)]).utf8.base64url
  }

  private var name: String { Self.name(sort, descending: descending) }

  private static func name(_ sort: Sort, descending: Bool) -> String { (descending ? "-" : "") + sort.rawValue }

  private static func following(
    _ cursor: String?, _ sort: Sort, descending: Bool
  ) throws(Problem) -> SQL {
    guard let cursor else { return "true" }
    let comparison: SQL = descending ? "<" : ">"
    if sort == .id, let id = Int64(cursor) { return "l.id \(comparison) \(id)" }
    let parts = [UInt8](base64url: cursor).flatMap { try? JSONValue.parse($0, maxDepth: 2) }?.arrayValue ?? []
    guard parts.count == 3, parts[0].stringValue == name(sort, descending: descending), let id = parts[2].intValue
    else { throw .invalid("cursor", "invalid", "must be the next_cursor of the page before, in the same order") }
    switch (sort, parts[1].stringValue, parts[1].intValue) {
    case (.customerEmail, let key?, _): return "(\(sort.key), l.id) \(comparison) (\(key), \(id))"
    case (.plan, _, let key?), (.expiresAt, _, let key?):
      return "(\(sort.key), l.id) \(comparison) (\(key)::bigint, \(id)::bigint)"
    default: throw .invalid("cursor", "invalid", "must be the next_cursor of the page before, in the same order")
    }
  }
}

extension LicenseQuery {
  static let isCloneSuspected: SQL = """
    EXISTS (SELECT 1 FROM license.clone_alarms x WHERE x.license_id = l.id AND x.acknowledged_at IS NULL)
    """

  static let isOverLimit: SQL = """
    ((SELECT count(*) FROM license.instances y WHERE y.license_id = l.id AND y.state = 'active') > l.max_instances
      OR EXISTS (SELECT 1 FROM license.instances y WHERE y.license_id = l.id AND y.state = 'active'
        AND (y.usage->>'users')::bigint > \(LicenseGrant.userLimit)))
    """

  private static func conditions(_ request: PageRequest, at now: Timestamp) throws(Problem) -> [SQL] {
    var conditions: [SQL] = ["true"]
    if let email = request.filters["customer_email"]?.trimmed.lowercased() { conditions.append("c.email = \(email)") }
    if let id = request.filters["customer_id"] {
      guard let id = Int64(id) else { throw .invalid("customer_id", "number", "must be a customer's id") }
      conditions.append("l.customer_id = \(id)")
    }
    if let plan = request.filters["plan"] { conditions.append("p.slug = \(plan)") }
    if let tag = request.filters["tag"] {
      conditions.append("EXISTS (SELECT 1 FROM license.license_tags t WHERE t.license_id = l.id AND t.tag = \(tag))")
    }
    if let status = request.filters["status"] {
      guard LicenseStatus(rawValue: status) != nil else {
        throw .invalid("status", "choice", "must be active, overdue, expired, suspended or revoked")
      }
      conditions.append("\(status) = \(LicenseGrant.status(at: now))")
    }
    if let days = request.filters["expiring_within_days"] {
      guard let days = Int64(days), (1...3_650).contains(days) else {
        throw .invalid("expiring_within_days", "range", "must be 1 to 3650")
      }
      conditions.append(
        "l.status = 'active' AND \(LicenseGrant.end) > \(now) AND \(LicenseGrant.end) <= \(now + .days(days))")
    }
    try flag("clone_suspected", isCloneSuspected, request, &conditions)
    try flag("over_limit", isOverLimit, request, &conditions)
    try flag("trial", isOnTrial, request, &conditions)
    if let text = request.q { conditions.append(search("%\(LikePattern.escaped(text))%")) }
    return conditions
  }

  private static let isOnTrial: SQL = """
    EXISTS (SELECT 1 FROM license.license_trials r WHERE r.license_id = l.id AND r.converted_at IS NULL)
    """

  private static func flag(
    _ name: String, _ condition: SQL, _ request: PageRequest, _ conditions: inout [SQL]
  ) throws(Problem) {
    switch request.filters[name] {
    case nil: break
    case "true": conditions.append(condition)
    case "false": conditions.append("NOT \(condition)")
    default: throw .invalid(name, "boolean", "must be true or false")
    }
  }

  /// In the customer's address and name, the key's last four, a tag, a note, an instance's host name.
  private static func search(_ pattern: String) -> SQL {
    """
    (c.email ILIKE \(pattern) OR c.name ILIKE \(pattern) OR k.last_four ILIKE \(pattern) OR l.id IN (
      SELECT t.license_id FROM license.license_tags t WHERE t.tag ILIKE \(pattern)
      UNION ALL SELECT n.license_id FROM license.license_notes n WHERE n.body ILIKE \(pattern)
      UNION ALL SELECT i.license_id FROM license.instances i WHERE i.hostname ILIKE \(pattern)))
    """
  }
}
