import Core
import Database

/// A customer's own world: its schema, its login, its domains.
struct Tenant: Sendable, Hashable {
  enum Status: String, Sendable { case building, active, suspended, deleted }

  let id: Int64
  let slug: String
  var name: String
  let schema: SchemaName
  var status: Status
  var isDefault: Bool
  /// Which database holds the schema; `main` is DATABASE_URL.
  var shard: String
  /// The sealed password of the tenant's login; nil in single-tenant mode.
  var roleSecret: String?
  var createdAt: Timestamp

  /// A slug that goes into URLs and commands.
  static func isValidSlug(_ text: String) -> Bool {
    (1...63).contains(text.utf8.count) && Hostname.isValid(text) && !text.contains(".") && text == text.lowercased()
  }
}
