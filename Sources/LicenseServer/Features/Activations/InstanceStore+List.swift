import Billing
import Core
import Database

/// An instance with whose it is, as a list over all licences shows it.
struct ListedInstance: Sendable {
  let instance: Instance
  let customerEmail: EmailAddress
  let plan: String

  var json: JSONValue {
    var object = instance.json.objectValue ?? [:]
    object["customer_email"] = .string(customerEmail.description)
    object["plan"] = .string(plan)
    return .object(object)
  }
}

extension InstanceStore {
  /// The instances a request asks for (`state=`, `version=`, `lost=true`, `offline=true`, `q` in host name and address),
  /// of one licence or of all, the newest first; the cursor is an id.
  func list(
    of license: Int64? = nil, _ page: PageRequest, at now: Timestamp
  ) async throws -> Page<ListedInstance> {
    let matching = SQL.joined(try Self.conditions(license, page, at: now), separator: " AND ")
    let after = page.cursor.flatMap { Int64($0) }
    let rows = try await database.query(
      """
      SELECT \(Instance.columns), c.email AS customer_email, p.slug AS plan_slug
      FROM license.instances i
      JOIN license.licenses l ON l.id = i.license_id
      JOIN license.customers c ON c.id = l.customer_id
      JOIN license.plans p ON p.id = l.plan_id
      WHERE \(matching) AND (\(after)::bigint IS NULL OR i.id < \(after)) ORDER BY i.id DESC LIMIT \(page.limit + 1)
      """)
    var found: [ListedInstance] = []
    for row in rows {
      guard let instance = try Instance(optional: row) else { continue }
      found.append(
        ListedInstance(
          instance: instance, customerEmail: try row.get("customer_email"), plan: try row.get("plan_slug")))
    }
    return Page(fetched: found, limit: page.limit) { String($0.instance.id) }
  }

  private static func conditions(
    _ license: Int64?, _ page: PageRequest, at now: Timestamp
  ) throws(Problem) -> [SQL] {
    var conditions: [SQL] = ["true"]
    if let license { conditions.append("i.license_id = \(license)") }
    if let state = page.filters["state"] {
      guard Instance.State(rawValue: state) != nil else {
        throw .invalid("state", "choice", "must be active, deactivated or banned")
      }
      conditions.append("i.state = \(state)")
    }
    if let version = page.filters["version"] { conditions.append("i.version = \(version)") }
    let flags: [(name: String, condition: SQL)] = [
      ("lost", "(i.state = 'active' AND i.lost_at IS NOT NULL)"),
      ("offline", "coalesce(i.offline_until > \(now), false)"),
    ]
    for flag in flags {
      switch page.filters[flag.name] {
      case nil: break
      case "true": conditions.append(flag.condition)
      case "false": conditions.append("NOT \(flag.condition)")
      default: throw .invalid(flag.name, "boolean", "must be true or false")
      }
    }
    if let text = page.q {
      let pattern = "%\(LikePattern.escaped(text))%"
      conditions.append("(i.hostname ILIKE \(pattern) OR c.email ILIKE \(pattern))")
    }
    return conditions
  }
}
