import ClickPath
import Core
import HTTPTypes
import Web

/// What the visitors' browsers ask of landings, on every host of a tenant: their files, and the reports of their script.
struct LandingService: Sendable {
  /// A tenant's host, as the click path sees it: tracking domains are among them.
  struct Place: Sendable {
    let tenantID: Int64
    let servesDashboard: Bool
  }

  typealias Table = RouteTable<Place, NoSession>

  let assets: LandingAssets
  let reporter: LandingReporter
  /// Reports of one address.
  let limiter: RateLimiter<IPAddress>
  let place: @Sendable (_ host: String) -> Place?
  let clock: any WallClock

  /// Reports an address may send in a minute: an office behind one address looks at a few pages.
  static let reportsPerMinute = 300

  var mounts: [Mount] {
    let hooks = RouteHooks<Place, NoSession>(
      locate: { [place] head in
        guard let found = place(head.authority) else { throw Problem.notFound("host") }
        return found
      })
    return [Mount("/api", reports, hooks), Mount("/lander", files, hooks)]
  }

  // Reports

  private var reports: Table {
    var table = Table()
    table.open(
      .post, "/step", "A landing's visitor reached a step: {click_id, step, name}", body: .raw, status: 204,
      bodyLimit: LandingReport.sizeLimit
    ) { call in
      try limiter.admit(call.clientAddress.limitKey)
      return try await record(LandingReport(step: call.request.rawBody, at: clock.now()), call)
    }
    table.open(
      .post, "/denied", "A protected landing let nobody in: {click_id, signs}", body: .raw, status: 204,
      bodyLimit: LandingReport.sizeLimit
    ) { call in
      try limiter.admit(call.clientAddress.limitKey)
      return try await record(LandingReport(denial: call.request.rawBody, at: clock.now()), call)
    }
    return table
  }

  private func record(_ report: LandingReport, _ call: OpenCall<Place>) async throws -> Reply {
    switch await reporter.record(report, tenant: call.place.tenantID) {
    case .written: return Reply.noContent.with(header: .accessControlAllowOrigin, "*")
    case .unknownClick: throw Problem.notFound("click")
    case .away: throw Problem.unavailable("The report can't be stored just now.", retryAfter: 5)
    }
  }

  // Files

  /// Routes have whole segments only, so there is one for each depth.
  private var files: Table {
    var table = Table()
    for depth in 1...LandingAsset.depthLimit {
      let path = (1...depth).map { "/{p\($0)}" }.joined()
      table.open(.get, "/{landing}/{version}\(path)", "A file of a local landing, \(depth) deep") { call in
        try await file((1...depth).map { call.parameter("p\($0)") }.joined(separator: "/"), call)
      }
    }
    return table
  }

  private func file(_ path: String, _ call: OpenCall<Place>) async throws -> Reply {
    guard !isForTheDashboard(call) else { throw Problem.notFound("file") }
    let key = LandingAssets.Key(
      tenantID: call.place.tenantID, landingID: try call.id("landing"), version: Int(clamping: try call.id("version")),
      path: path)
    guard let asset = try await assets.asset(key) else { throw Problem.notFound("file") }
    var reply = Reply(type: ContentType(asset.type), bytes: asset.bytes)
    reply.fields[.cacheControl] = "public, max-age=31536000, immutable"
    reply.fields[.eTag] = "\"\(asset.tag)\""
    // Landings on the dashboard's host have no origin, and fonts and modules ask for leave.
    reply.fields[.accessControlAllowOrigin] = "*"
    reply.fields[.vary] = "Sec-Fetch-Site"
    if let name = HTTPField.Name("Cross-Origin-Resource-Policy") { reply.fields[name] = "cross-origin" }
    reply.fields[.contentSecurityPolicy] = policy(of: asset, call.place)
    if call.head.fields[.ifNoneMatch] == "\"\(asset.tag)\"" { return notModified(reply) }
    return reply
  }

  /// A page or picture that is opened by itself has no origin where the dashboard lives, and an SVG runs no script
  /// anywhere.
  private func policy(of asset: LandingAssets.Stored, _ place: Place) -> String {
    if asset.type.hasPrefix("text/html") {
      return place.servesDashboard
        ? "sandbox allow-scripts allow-forms allow-popups allow-top-navigation" : "base-uri 'self'"
    }
    return "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
  }

  /// Whether a page of the dashboard itself asks for something that runs: none of them does, and an injected one shall
  /// not find its script here. Sandboxed landings ask from no origin at all.
  private func isForTheDashboard(_ call: OpenCall<Place>) -> Bool {
    guard call.place.servesDashboard, call.head.header("Sec-Fetch-Site") == "same-origin" else { return false }
    let runs = ["script", "style", "worker", "sharedworker", "serviceworker", "object", "embed", "xslt"]
    return runs.contains(call.head.header("Sec-Fetch-Dest") ?? "")
  }

  private func notModified(_ reply: Reply) -> Reply {
    var reply = reply
    reply.status = 304
    reply.body = .empty
    reply.fields[.contentType] = nil
    return reply
  }
}

extension IncomingRequest {
  /// The body of a raw route, byte for byte.
  fileprivate var rawBody: [UInt8] { if case .raw(let bytes) = body { bytes } else { [] } }
}
