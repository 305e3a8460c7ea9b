import ClickPath
import Core
import Database

extension SnapshotLoader {
  /// The tenant's hosts as the control schema has them, with what their own settings say visitors get there.
  func hosts(of tenant: Tenant, _ scope: TenantScope) async throws -> [HostRecord] {
    let held = directory.hosts(of: tenant.id)
    guard !held.isEmpty else { return [] }
    let rows = try await scope.query(
      """
      SELECT host, root, root_campaign_id, root_url, robots, robots_text FROM \(scope.schema).domains
      WHERE host = ANY (\(held.map(\.host)))
      """)
    var settings: [String: (root: Domain.Root, robots: Domain.Robots)] = [:]
    for row in rows {
      settings[try row.get("host")] = (
        .init(kind: try row.get("root"), campaignID: try row.get("root_campaign_id"), url: try row.get("root_url")),
        .init(mode: try row.get("robots"), text: try row.get("robots_text"))
      )
    }
    return held.map { host in
      var record = HostRecord(host: host.host, servesDashboard: host.servesDashboard)
      switch settings[host.host]?.root {
      case .campaign(let id)?: record.root = .campaign(id)
      case .redirect(let url)?: record.root = .redirect(url)
      case .notFound?, nil: break
      }
      record.robots = settings[host.host]?.robots.file
      return record
    }
  }

  /// Whether a record was read when the tenant had these hosts.
  func hasHosts(of tenant: Tenant, _ record: TenantRecord) -> Bool {
    directory.hosts(of: tenant.id).map { [$0.host: $0.servesDashboard] }
      == record.hosts.map { [$0.host: $0.servesDashboard] }
  }
}

extension Domain.Robots {
  /// Nil for the standard one.
  fileprivate var file: String? {
    switch self {
    case .disallow: nil
    case .allow: "User-agent: *\nAllow: /\n"
    case .custom(let text): text.hasSuffix("\n") ? text : text + "\n"
    }
  }
}
