import Core
import Database

/// All SQL of the search. Names are looked through, of which a tenant has thousands; clicks and conversions, of which it
/// has millions, are found by whole ids in their indexes.
struct SearchStore: Sendable {
  /// What is looked for: part of a name, or an id.
  struct Term: Sendable {
    let text: String
    /// For ILIKE, anywhere and at the beginning.
    let anywhere: String
    let beginning: String
    let number: Int64?

    /// Nil for less than two characters: that is in every name.
    init?(_ request: PageRequest) {
      guard let text = request.q?.trimmed, text.count > 1 else { return nil }
      self.text = text
      anywhere = PageRequest(q: text).pattern
      beginning = String(anywhere.dropFirst())
      number = Int64(text)
    }
  }

  /// Where a kind's names are. `t` is its table.
  private struct Names {
    let tables: SQL
    let title: SQL
    let detail: SQL
    let isLive: SQL
  }

  private static func names(of kind: SearchKind, _ schema: SchemaName) -> Names? {
    let alive: SQL = "t.archived_at IS NULL"
    let nothing: SQL = "NULL::text"
    return switch kind {
    case .click, .conversion: nil
    case .campaign: Names(tables: "\(schema).campaigns t", title: "t.name", detail: "t.slug", isLive: alive)
    case .flow:
      Names(
        tables: "\(schema).flows t JOIN \(schema).campaigns c ON c.id = t.campaign_id", title: "t.name",
        detail: "c.name", isLive: "c.archived_at IS NULL")
    case .offer: Names(tables: "\(schema).offers t", title: "t.name", detail: "t.url", isLive: alive)
    case .landing: Names(tables: "\(schema).landings t", title: "t.name", detail: "t.url", isLive: alive)
    case .source: Names(tables: "\(schema).sources t", title: "t.name", detail: "t.template", isLive: alive)
    case .network: Names(tables: "\(schema).networks t", title: "t.name", detail: nothing, isLive: alive)
    case .publisher: Names(tables: "\(schema).publishers t", title: "t.name", detail: nothing, isLive: alive)
    case .domain: Names(tables: "\(schema).domains t", title: "t.host", detail: nothing, isLive: "true")
    }
  }

  /// What has the term in its name or detail, or as its number; names that begin with it first.
  /// - Parameter limit: of each kind.
  func named(
    _ term: Term, among kinds: [SearchKind], limit: Int, of scope: TenantScope
  ) async throws(DatabaseError) -> [SearchHit] {
    var parts: [SQL] = []
    for kind in kinds {
      guard let names = Self.names(of: kind, scope.schema) else { continue }
      parts.append(
        """
        (SELECT \(kind.rawValue)::text AS kind, t.id, \(names.title) AS title, \(names.detail) AS detail,
          \(names.title) ILIKE \(term.beginning) AS begins
        FROM \(names.tables)
        WHERE \(names.isLive) AND (\(names.title) ILIKE \(term.anywhere) OR \(names.detail) ILIKE \(term.anywhere)
          OR t.id = \(term.number))
        ORDER BY begins DESC, lower(\(names.title)), t.id LIMIT \(limit))
        """)
    }
    guard !parts.isEmpty else { return [] }
    let rows = try await scope.query(
      """
      SELECT kind, id, title, detail FROM (\(SQL.joined(parts, separator: " UNION ALL "))) found
      ORDER BY begins DESC, lower(title), id
      """)
    var hits: [SearchKind: [SearchHit]] = [:]
    for row in rows {
      guard let kind = SearchKind(rawValue: try row.get("kind")) else { continue }
      let id = try row.get("id", as: Int64.self)
      hits[kind, default: []].append(
        SearchHit(kind: kind, id: "\(id)", title: try row.get("title"), detail: try row.get("detail")))
    }
    return SearchKind.allCases.flatMap { hits[$0] ?? [] }
  }

  /// Conversions with this id or transaction id, the newest first.
  func conversions(_ term: Term, limit: Int, of scope: TenantScope) async throws(DatabaseError) -> [SearchHit] {
    let rows = try await scope.query(
      """
      SELECT id, txid, type, status FROM \(scope.schema).conversions
      WHERE txid = \(term.text) OR id = \(UUIDv7(term.text)) ORDER BY created_at DESC, id DESC LIMIT \(limit)
      """)
    var hits: [SearchHit] = []
    for row in rows {
      let id = try row.get("id", as: UUIDv7.self).description
      let (type, status) = (try row.get("type", as: String.self), try row.get("status", as: String.self))
      hits.append(
        SearchHit(
          kind: .conversion, id: id, title: try row.get("txid", as: String?.self) ?? id, detail: "\(type), \(status)"))
    }
    return hits
  }
}
