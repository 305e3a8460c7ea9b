import Core
import Database

/// All SQL on webhook endpoints.
struct WebhookEndpointStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// The id comes first: the sealed secret is bound to it.
  func nextID() async throws(DatabaseError) -> Int64 {
    try await database.one("SELECT nextval('license.webhook_endpoints_id_seq') AS id").get("id")
  }

  func insert(_ endpoint: WebhookEndpoint, sealedSecret: String) async throws(DatabaseError) {
    try await database.execute(
      """
      INSERT INTO license.webhook_endpoints
        (id, customer_id, reseller_id, url, description, event_types, status, secret, created_at, updated_at)
      VALUES (\(endpoint.id), \(endpoint.owner.customerID), \(endpoint.owner.resellerID), \(endpoint.url),
        \(endpoint.description), \(endpoint.types.map(\.rawValue)), \(endpoint.status), \(sealedSecret),
        \(endpoint.createdAt), \(endpoint.updatedAt))
      """)
  }

  /// How many the owner has. Takes a lock on it for the rest of the transaction, so that two cannot pass a limit at once.
  func lockedCount(of owner: WebhookEndpoint.Owner) async throws(DatabaseError) -> Int {
    switch owner {
    case .vendor: try await database.execute("SELECT id FROM license.audit_head WHERE id = 1 FOR UPDATE")
    case .customer(let id):
      try await database.execute("SELECT id FROM license.customers WHERE id = \(id) FOR UPDATE")
    case .reseller(let id):
      try await database.execute("SELECT id FROM license.resellers WHERE id = \(id) FOR UPDATE")
    }
    return try await database.scalar(
      """
      SELECT count(*) FROM license.webhook_endpoints
      WHERE customer_id IS NOT DISTINCT FROM \(owner.customerID)
        AND reseller_id IS NOT DISTINCT FROM \(owner.resellerID)
      """) ?? 0
  }

  func exists(_ owner: WebhookEndpoint.Owner) async throws(DatabaseError) -> Bool {
    switch owner {
    case .vendor: true
    case .customer(let id):
      try await database.first("SELECT id FROM license.customers WHERE id = \(id)") != nil
    case .reseller(let id):
      try await database.first("SELECT id FROM license.resellers WHERE id = \(id)") != nil
    }
  }

  /// Who is told of an endpoint's fate; nil for the vendor, whose pages show it.
  func ownerEmail(of owner: WebhookEndpoint.Owner) async throws(DatabaseError) -> EmailAddress? {
    switch owner {
    case .vendor: nil
    case .customer(let id):
      try await database.scalar("SELECT email FROM license.customers WHERE id = \(id)")
    case .reseller(let id):
      try await database.scalar(
        """
        SELECT c.email FROM license.resellers r JOIN license.customers c ON c.id = r.customer_id WHERE r.id = \(id)
        """)
    }
  }

  func find(_ id: Int64) async throws(DatabaseError) -> WebhookEndpoint? {
    try await endpoints("WHERE e.id = \(id)").first
  }

  /// Takes the endpoint's row for the rest of the transaction.
  func lock(_ id: Int64) async throws(DatabaseError) -> WebhookEndpoint? {
    try await endpoints("WHERE e.id = \(id) FOR UPDATE").first
  }

  /// The endpoints a request asks for (`customer_id=`, `reseller_id=`, `status=`), the newest first; the cursor is an id.
  func list(_ page: PageRequest) async throws(DatabaseError) -> Page<WebhookEndpoint> {
    let after = page.cursor.flatMap { Int64($0) }
    let customer = page.filters["customer_id"].map { Int64($0) ?? 0 }
    let reseller = page.filters["reseller_id"].map { Int64($0) ?? 0 }
    let found = try await endpoints(
      """
      WHERE (\(after)::bigint IS NULL OR e.id < \(after))
        AND (\(customer)::bigint IS NULL OR e.customer_id = \(customer))
        AND (\(reseller)::bigint IS NULL OR e.reseller_id = \(reseller))
        AND (\(page.filters["status"])::text IS NULL OR e.status = \(page.filters["status"]))
      ORDER BY e.id DESC LIMIT \(page.limit + 1)
      """)
    return Page(fetched: found, limit: page.limit) { String($0.id) }
  }

  func save(_ endpoint: WebhookEndpoint) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.webhook_endpoints SET url = \(endpoint.url), description = \(endpoint.description),
        event_types = \(endpoint.types.map(\.rawValue)), status = \(endpoint.status),
        disabled_reason = \(endpoint.disabledReason), updated_at = \(endpoint.updatedAt)
      WHERE id = \(endpoint.id)
      """)
  }

  /// Makes `sealed` the secret; the one before it signs as well until `until`.
  func rotate(_ id: Int64, to sealed: String, formerUntil until: Timestamp, at now: Timestamp)
    async throws(DatabaseError)
  {
    try await database.execute(
      """
      UPDATE license.webhook_endpoints SET former_secret = secret, former_secret_until = \(until), secret = \(sealed),
        updated_at = \(now)
      WHERE id = \(id)
      """)
  }

  /// Its deliveries go with it.
  func delete(_ id: Int64) async throws(DatabaseError) -> Bool {
    try await database.execute("DELETE FROM license.webhook_endpoints WHERE id = \(id)") == 1
  }

  /// Forgets former secrets that sign no more.
  func forgetFormerSecrets(at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.webhook_endpoints SET former_secret = NULL, former_secret_until = NULL
      WHERE former_secret_until <= \(now)
      """)
  }

  private func endpoints(_ condition: SQL) async throws(DatabaseError) -> [WebhookEndpoint] {
    let rows = try await database.query(
      """
      SELECT e.id, e.customer_id, e.reseller_id, e.url, e.description, e.event_types, e.status, e.disabled_reason,
        e.former_secret_until, e.created_at, e.updated_at
      FROM license.webhook_endpoints e \(condition)
      """)
    var endpoints: [WebhookEndpoint] = []
    for row in rows { endpoints.append(try WebhookEndpoint(row)) }
    return endpoints
  }
}

extension WebhookEndpoint {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    let customer: Int64? = try row.get("customer_id")
    let reseller: Int64? = try row.get("reseller_id")
    let types: [String] = try row.get("event_types")
    self.init(
      id: try row.get("id"), owner: customer.map { .customer($0) } ?? reseller.map { .reseller($0) } ?? .vendor,
      url: try row.get("url"), description: try row.get("description"),
      types: types.compactMap(VendorEventType.init), status: try row.get("status"),
      disabledReason: try row.get("disabled_reason"), formerSecretUntil: try row.get("former_secret_until"),
      createdAt: try row.get("created_at"), updatedAt: try row.get("updated_at"))
  }
}
