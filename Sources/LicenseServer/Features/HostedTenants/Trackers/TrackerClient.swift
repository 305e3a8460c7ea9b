import Core
import Security

/// The verbs of one tracker's control API (`/control/v1`). Each of them may be sent again: the tracker goes by slug and
/// archive id.
struct TrackerClient: Sendable {
  /// How requests leave this machine; a test plays the tracker here.
  typealias Send = @Sendable (OutboundRequest, OutboundLimits) async throws(OutboundError) -> OutboundResponse

  let baseURL: String
  let token: String
  let send: Send

  /// What an ordinary request may take.
  private static let ordinary = OutboundLimits(totalTimeout: .seconds(60), responseSize: 4 << 20)

  func status() async throws -> TrackerReport {
    let answer = try await json(.get, "/status", limits: OutboundLimits(totalTimeout: .seconds(10)))
    guard let report = TrackerReport(json: answer) else { throw TrackerFault.notATracker }
    return report
  }

  /// Nil when the tracker has none of this slug.
  func find(_ slug: String) async throws -> TenantReport? {
    do {
      let answer = try await json(.get, "/tenants/\(slug)")
      guard let report = TenantReport(json: answer) else { throw TrackerFault.notATracker }
      return report
    } catch TrackerFault.refused(status: 404, _) {
      return nil
    }
  }

  func create(
    slug: String, name: String, licenseKey: String, domains: [String], admin: EmailAddress
  ) async throws {
    _ = try await json(
      .post, "/tenants",
      [
        "slug": .string(slug), "name": .string(name), "license_key": .string(licenseKey), "domains": JSONValue(domains),
        "admin": ["email": .string(admin.description)],
      ])
  }

  func suspend(_ slug: String) async throws { _ = try await json(.post, "/tenants/\(slug)/suspend") }
  func resume(_ slug: String) async throws { _ = try await json(.post, "/tenants/\(slug)/resume") }

  /// Nothing to delete is as good as deleted.
  /// - Parameter keepingLicense: the tenant goes on elsewhere with the licence it has here.
  func delete(_ slug: String, purge: Bool, keepingLicense: Bool = false) async throws {
    do {
      let query = purge ? "?purge=true\(keepingLicense ? "&keep_license=true" : "")" : ""
      _ = try await request(.delete, "/tenants/\(slug)\(query)", nil, Self.ordinary)
    } catch TrackerFault.refused(status: 404, _) {}
  }

  /// The path, at the tenant's own address, where its admin sets a password.
  func passwordLink(_ slug: String, for email: EmailAddress) async throws -> String {
    let answer = try await json(.post, "/tenants/\(slug)/password-link", ["email": .string(email.description)])
    guard let path = answer["path"]?.stringValue, path.hasPrefix("/") else { throw TrackerFault.notATracker }
    return path
  }

  /// One page of all its tenants, with their usage.
  func usage(after cursor: String?) async throws -> (tenants: [TenantReport], next: String?) {
    let place = cursor.map { "&cursor=\(PercentCoding.encodeComponent($0))" } ?? ""
    let answer = try await json(.get, "/tenants?usage=true&limit=100\(place)")
    guard let items = answer["items"]?.arrayValue else { throw TrackerFault.notATracker }
    return (items.compactMap { TenantReport(json: $0) }, answer["next_cursor"]?.stringValue)
  }

  func json(
    _ method: OutboundRequest.Method, _ path: String, _ body: JSONValue? = nil, limits: OutboundLimits = ordinary
  ) async throws -> JSONValue {
    let response = try await request(method, path, body.map { ($0.utf8, "application/json") }, limits)
    do { return try JSONValue.parse(response.body) } catch { throw TrackerFault.notATracker }
  }

  /// - Throws: ``TrackerFault`` for anything but a 2xx.
  func request(
    _ method: OutboundRequest.Method, _ path: String, _ body: (bytes: [UInt8], type: String)?, _ limits: OutboundLimits
  ) async throws -> OutboundResponse {
    var request = OutboundRequest(method, "\(baseURL)/control/v1\(path)")
    request.headers = [HeaderField("Authorization", "Bearer \(token)"), HeaderField("Accept", "application/json")]
    if let body {
      request.body = body.bytes
      request.headers.append(HeaderField("Content-Type", body.type))
    }
    let response: OutboundResponse
    do { response = try await send(request, limits) } catch { throw TrackerFault.unreachable("\(error)") }
    guard response.isSuccess else { throw TrackerFault(response) }
    return response
  }
}

/// What a tracker says of itself.
struct TrackerReport: Sendable, Hashable {
  let version: String
  let tenants: Int
  let makesArchives: Bool

  init?(json: JSONValue) {
    guard let version = json["version"]?.stringValue, version.count <= 100, let tenants = json["tenants"]?.intValue
    else { return nil }
    self.version = version
    self.tenants = Int(clamping: min(tenants, Int64(Int32.max)))
    makesArchives = json["makes_archives"]?.boolValue ?? false
  }
}

/// What a tracker says of a tenant.
struct TenantReport: Sendable, Hashable {
  let slug: String
  /// `building`, `active`, `suspended` or `deleted`.
  let status: String
  let users: Int?
  let clicks24h: Int64?
  let schemaVersion: Int?

  init?(json: JSONValue) {
    guard let slug = json["slug"]?.stringValue, let status = json["status"]?.stringValue else { return nil }
    self.slug = slug
    self.status = status
    users = json["users"]?.intValue.map { Int(clamping: $0) }
    clicks24h = json["usage"]?["clicks_24h"]?.intValue
    schemaVersion = json["schema_version"]?.intValue.map { Int(clamping: $0) }
  }
}

/// Why a tracker did not do what it was asked for.
enum TrackerFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// No answer, or none that came through.
  case unreachable(String)
  /// It is there and cannot just now: 5xx, 408, 429.
  case busy(status: Int, String)
  /// The control token is not the tracker's, or its control API is off.
  case unauthorized
  /// It will not, however often it is asked.
  case refused(status: Int, String)
  /// What answered is no tracker of a version that we know.
  case notATracker

  init(_ response: OutboundResponse) {
    let problem = try? JSONValue.parse(response.body)
    let words = problem?["detail"]?.stringValue ?? problem?["title"]?.stringValue ?? "without a reason"
    let reason = String(words.prefix(300))
    switch response.status {
    case 401, 403: self = .unauthorized
    case 408, 429, 500...: self = .busy(status: response.status, reason)
    case 400..<500 where problem != nil: self = .refused(status: response.status, reason)
    default: self = .notATracker
    }
  }

  /// Whether asking again is no use.
  var isPermanent: Bool { if case .refused = self { true } else { false } }

  var description: String {
    switch self {
    case .unreachable(let reason): "The tracker could not be reached: \(reason)."
    case .busy(let status, let reason): "The tracker answered \(status): \(reason)"
    case .unauthorized: "The tracker refused the control token."
    case .refused(_, let reason): "The tracker refused: \(reason)"
    case .notATracker: "What answered there is no tracker with a control API that this version knows."
    }
  }
}
