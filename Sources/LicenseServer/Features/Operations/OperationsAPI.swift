import Core
import Database
import HTTPTypes
import Licensing
import Security
import Web

/// What is not below any prefix: the key set, and what operators ask.
struct OperationsAPI: Sendable {
  let database: ConnectionPool
  let keys: SigningKeys
  let metrics: ServerMetrics
  /// Nil: there is no metrics page.
  let metricsToken: String?

  func register(in table: inout RouteTable<Vendor, NoSession>) {
    table.open(.get, "/", "The customer's portal", status: 303) { _ in .redirect(to: "/portal") }
    table.open(
      .get, "/.well-known/jwks.json", "The keys that sign leases and decisions (RFC 7517)",
      answer: .object([.required("keys", .array(.map(.string)))])
    ) { _ in
      .json(keys.published.json).with(header: .cacheControl, "public, max-age=60")
    }
    table.open(.get, "/healthz", "Whether the process is alive") { _ in .text("ok\n") }
    table.open(.get, "/readyz", "Whether requests can be answered") { _ in
      _ = try await database.query("SELECT 1")
      return .text("ready\n")
    }
    guard let metricsToken else { return }
    table.open(.get, "/metrics", "Metrics for Prometheus, with METRICS_TOKEN as bearer token") { call in
      guard let token = call.head.bearerToken, ConstantTime.equal(token, metricsToken) else {
        throw Problem.unauthorized("The metrics need their token.")
      }
      return Reply(type: ContentType("text/plain; version=0.0.4; charset=utf-8"), bytes: Array(metrics.text.utf8))
    }
  }
}
