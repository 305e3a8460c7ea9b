import Core
import Database

/// All SQL of the staff's search.
struct SearchStore: Sendable {
  /// What is looked for: part of an address, a name or a number; a licence's key or its last four characters; an id.
  struct Term: Sendable {
    let text: String
    /// For ILIKE, anywhere and at the beginning.
    let anywhere: String
    let beginning: String
    let number: Int64?

    /// Nil for less than two characters: that is in every name.
    init?(_ typed: String?) {
      guard let text = typed?.trimmed, text.count > 1 else { return nil }
      self.text = text
      let escaped = text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
      (anywhere, beginning) = ("%\(escaped)%", "\(escaped)%")
      number = Int64(text)
    }
  }

  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// What fits, the best of each kind first.
  /// - Parameter limit: of each kind.
  func find(_ term: Term, among kinds: [SearchKind], limit: Int) async throws(DatabaseError) -> [SearchHit] {
    guard !kinds.isEmpty else { return [] }
    let parts: [SQL] = kinds.map { kind in
      """
      (SELECT \(kind.rawValue)::text AS kind, found.id, found.title, found.detail,
        found.title ILIKE \(term.beginning) AS begins
      FROM (\(Self.statement(kind, term))) found
      ORDER BY begins DESC, found.id DESC LIMIT \(limit))
      """
    }
    let rows = try await database.query(
      """
      SELECT kind, id, title, detail FROM (\(SQL.joined(parts, separator: " UNION ALL "))) hits
      ORDER BY begins DESC, id DESC
      """)
    var hits: [SearchKind: [SearchHit]] = [:]
    for row in rows {
      guard let kind = SearchKind(rawValue: try row.get("kind")) else { continue }
      hits[kind, default: []].append(
        SearchHit(kind: kind, id: try row.get("id"), title: try row.get("title"), detail: try row.get("detail")))
    }
    return SearchKind.allCases.flatMap { hits[$0] ?? [] }
  }

  private static func statement(_ kind: SearchKind, _ term: Term) -> SQL {
    switch kind {
    case .customer:
      """
      SELECT c.id, c.email AS title, nullif(c.name, '') AS detail FROM license.customers c
      WHERE c.email ILIKE \(term.anywhere) OR c.name ILIKE \(term.anywhere) OR c.id = \(term.number)
      """
    case .license:
      """
      SELECT l.id, c.email AS title, p.name || ', ' || l.status || ', key …' || k.last_four AS detail
      FROM license.licenses l
      JOIN license.customers c ON c.id = l.customer_id
      JOIN license.plans p ON p.id = l.plan_id
      JOIN license.license_keys k ON k.license_id = l.id AND k.valid_until IS NULL
      WHERE c.email ILIKE \(term.anywhere) OR c.name ILIKE \(term.anywhere) OR l.id = \(term.number)
        OR k.last_four = \(term.text.lowercased()) OR l.id IN (
          SELECT o.license_id FROM license.license_keys o WHERE o.key_hash = \(LicenseKey.hash(of: term.text)))
      """
    case .invoice:
      """
      SELECT i.id, i.number AS title, c.email || ', ' || i.status AS detail
      FROM license.invoices i JOIN license.customers c ON c.id = i.customer_id
      WHERE i.number ILIKE \(term.anywhere) OR c.email ILIKE \(term.anywhere)
      """
    case .subscription:
      """
      SELECT s.id, c.email AS title, p.name || ', ' || s.status AS detail FROM license.subscriptions s
      JOIN license.customers c ON c.id = s.customer_id
      JOIN license.plans p ON p.id = s.plan_id
      WHERE c.email ILIKE \(term.anywhere) OR s.id = \(term.number)
      """
    case .tenant:
      """
      SELECT t.id, t.name AS title, t.slug || ', ' || t.status AS detail FROM license.hosted_tenants t
      WHERE t.name ILIKE \(term.anywhere) OR t.slug ILIKE \(term.anywhere)
        OR array_to_string(t.domains, ' ') ILIKE \(term.anywhere) OR t.id = \(term.number)
      """
    case .reseller:
      """
      SELECT r.id, r.name AS title, r.status AS detail FROM license.resellers r
      WHERE r.name ILIKE \(term.anywhere) OR r.portal_domain ILIKE \(term.anywhere) OR r.id = \(term.number)
      """
    }
  }
}
