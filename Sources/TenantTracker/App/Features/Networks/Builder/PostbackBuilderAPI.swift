import ClickPath
import Conversions
import Core
import Database
import Web

/// What the postback builder builds on: networks' macros, the tenant's hosts, and the dry run of a postback.
struct PostbackBuilderAPI: Sendable {
  let networks: ResourceAPI<NetworkStore>
  let postbacks: PostbackService
  let directory: TenantDirectory

  func register(in table: inout TrackerTable) {
    table.on(
      .get, "/networks/templates", .read(.networks), "Networks' software with its macros for postback URLs",
      answer: .page(of: .any)
    ) { _ in .json(Page(items: NetworkTemplate.all).json(\.json)) }
    table.on(
      .post, "/networks/postback-test", .read(.networks),
      "What would become of a postback: nothing is recorded", body: .json(Self.schema), answer: Self.answer
    ) { call in
      var fields = try call.fields()
      let query = fields.string("query", length: 0...10_000) ?? ""
      let key = fields.optionalString("key", length: 0...100) ?? nil
      try fields.finish()
      return .json(try await explain(query: query, key: key, in: call.place.scope).json)
    }
  }

  private static let schema = Schema.object([
    .required("query", .string.described("As the network would send it: `click_id=...&payout=10`.")),
    .optional("key", .string.nullable.described("Of `/postback/{key}`.")),
  ])

  private static let answer = Schema.object([
    .required("outcome", .choice(PostbackExplanation.Outcome.allCases.map(\.rawValue))),
    .required("status", .integer.described("The HTTP status it would be answered with.")),
    .required(
      "steps",
      .array(.object([.required("verdict", .choice(["good", "warning", "bad"])), .required("text", .string)]))),
  ])

  func explain(query: String, key: String?, in scope: TenantScope) async throws -> PostbackExplanation {
    let key = key.flatMap { $0.isEmpty ? nil : $0 }
    return try await postbacks.explain(
      PostbackHit(id: UUIDv7(at: postbacks.clock.now()), pathKey: key, query: query), in: scope)
  }

  /// The newest click that a test can be about; of the network's offers if one is chosen and has any.
  func sampleClick(of network: Network?, in scope: TenantScope) async throws -> ClickID? {
    if let network {
      let filter = ClickFilter(ids: [("network_id", network.id)])
      if let click = try await ClickStore().page(filter, limit: 1, after: nil, of: scope).items.first {
        return click.id
      }
    }
    return try await ClickStore().page(ClickFilter(), limit: 1, after: nil, of: scope).items.first?.id
  }

  /// The tenant's own hosts that answer.
  func hosts(of tenant: Tenant) -> [String] { directory.hosts(of: tenant.id).map(\.host) }
}
