import Core
import Database

/// Reads what files hold, page by page.
struct Exporter: Sendable {
  let scope: TenantScope
  private let store = PortStore()

  init(scope: TenantScope) { self.scope = scope }

  /// Gives all of a kind to `write`, the oldest first, a page at a time.
  func each(_ type: PortType, _ write: ([JSONObject]) async throws -> Void) async throws {
    var cursor: String?
    repeat {
      let page = try await page(type, after: cursor)
      try await write(try await objects(page.items, type.format))
      cursor = page.nextCursor
    } while cursor != nil
  }

  private func page(_ type: PortType, after cursor: String?) async throws -> Page<JSONValue> {
    switch type {
    case .sources: return try await page(TrafficSourceStore(), type, after: cursor)
    case .networks: return try await page(NetworkStore(), type, after: cursor)
    case .offers: return try await page(OfferStore(), type, after: cursor)
    case .landings: return try await page(LandingStore(), type, after: cursor)
    case .campaigns: return try await page(CampaignStore(), type, after: cursor)
    case .flows:
      let last = cursor.flatMap { Int64($0) } ?? 0
      let page = try await FlowStore().page(after: last, limit: type.pageSize, of: scope)
      return Page(items: page.items.map(\.json), nextCursor: page.nextCursor)
    }
  }

  private func page(_ store: some ResourceStore, _ type: PortType, after cursor: String?) async throws
    -> Page<JSONValue>
  {
    let page = try await store.page(PageRequest(limit: type.pageSize, cursor: cursor, sort: "id"), of: scope)
    return Page(items: page.items.map(\.json), nextCursor: page.nextCursor)
  }

  private func objects(_ items: [JSONValue], _ format: PortFormat) async throws -> [JSONObject] {
    var ids: [ReferenceNoun: Set<Int64>] = [:]
    for item in items {
      for reference in format.referred(by: item) { ids[reference.noun, default: []].insert(reference.id) }
    }
    var names: [ReferenceNoun: [Int64: String]] = [:]
    for (noun, wanted) in ids { names[noun] = try await store.keys(noun, wanted, of: scope) }
    let found = names
    return items.map { format.object(of: $0, names: found) }
  }
}
