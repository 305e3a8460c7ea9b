import Core
import Web

/// `GET /pixel`: what to put on a merchant's page, and whether it runs there.
struct PixelAPI: Sendable {
  let store: PixelStore
  let site: SiteAddress
  let clock: any WallClock

  func register(in table: inout TrackerTable) {
    table.on(
      .get, "/pixel", .read(.settings), "The pixel: its snippet, and the sites it was heard from", answer: Self.schema
    ) { call in
      let snippet = PixelSnippet(base: site.base(call))
      let sites = try await store.sites(now: clock.now(), of: call.place.scope)
      return .json([
        "script_url": .string(snippet.scriptURL), "snippet": .string(snippet.html()),
        "consent_snippet": .string(snippet.html(withConsent: true)), "content_security_policy": .string(snippet.policy),
        "sites": .array(sites.map(\.json)),
      ])
    }
  }

  private static let schema = Schema.object([
    .required("script_url", .url), .required("snippet", .string), .required("consent_snippet", .string),
    .required("content_security_policy", .string),
    .required(
      "sites",
      Schema.array(
        .object([
          .required("origin", .string.nullable), .required("events", Schema.integer.described("In the last 24 hours.")),
          .required("last_event", .string), .required("last_at", .timestamp),
        ])
      ).described("The latest first; the last one ever if there was none in 24 hours.")),
  ])
}

extension PixelStore.Site {
  fileprivate var json: JSONValue {
    [
      "origin": JSONValue(origin), "events": .int(events), "last_event": .string(lastKind),
      "last_at": JSONValue(lastAt),
    ]
  }
}
