import Core
import Foundation
import Synchronization

@testable import LicenseServer
@testable import Security

/// A tracker's control API in memory, as far as the control plane asks it for anything.
final class PretendTracker: Sendable {
  struct Tenant: Sendable, Hashable {
    var status = "active"
    var licenseKey: String?
    var admin: String?
    /// What makes one tenant's data different from another's.
    var data: String
  }

  /// What is wrong with one request.
  enum Trouble: Sendable, Hashable {
    /// It never arrives.
    case unreachable
    /// It is done, and the answer is lost.
    case answerLost
    /// The tracker cannot just now.
    case busy
  }

  private struct State {
    var tenants: [String: Tenant] = [:]
    var archives: [String: [UInt8]] = [:]
    var uploads: [String: [UInt8]] = [:]
    var isDown = false
    var refusesImports = false
    var makesArchives = true
    var releasedLicenses: [String] = []
  }

  let baseURL: String
  static let token = "a control token of 32 characters!"
  private let state = Mutex(State())

  init(_ name: String) { baseURL = "https://\(name).example.com" }

  var tenants: [String: Tenant] { state.withLock { $0.tenants } }
  var files: Int { state.withLock { $0.archives.count + $0.uploads.count } }
  /// Keys of tenants that were purged and gave their licence back.
  var releasedLicenses: [String] { state.withLock { $0.releasedLicenses } }

  func set(isDown: Bool) { state.withLock { $0.isDown = isDown } }
  func set(refusesImports: Bool) { state.withLock { $0.refusesImports = refusesImports } }
  func set(makesArchives: Bool) { state.withLock { $0.makesArchives = makesArchives } }
  func removeFiles() { state.withLock { ($0.archives, $0.uploads) = ([:], [:]) } }
  func put(_ tenant: Tenant, at slug: String) { state.withLock { $0.tenants[slug] = tenant } }

  func answer(_ request: OutboundRequest, _ trouble: Trouble?) throws(OutboundError) -> OutboundResponse {
    if trouble == .unreachable || state.withLock({ $0.isDown }) { throw .unreachable }
    if trouble == .busy { return Self.problem(503, "just now not") }
    guard request.headers["authorization"] == "Bearer \(Self.token)" else { return Self.problem(401, "who?") }
    let target = request.url.dropFirst("\(baseURL)/control/v1/".count)
    let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
    let path = (parts.first ?? "").split(separator: "/").map(String.init)
    let query = PercentCoding.queryItems(parts.count > 1 ? parts[1] : "")
    let asked = Dictionary(query.map { ($0.name, $0.value) }) { first, _ in first }
    let answer = state.withLock { state in
      Self.answer(
        "\(request.method.rawValue) \(path.first ?? "")", Array(path.dropFirst()), asked, request.body, &state)
    }
    if trouble == .answerLost { throw .timedOut }
    return answer
  }

  private static func answer(
    _ verb: String, _ path: [String], _ query: [String: String], _ body: [UInt8], _ state: inout State
  ) -> OutboundResponse {
    switch (verb, path.count) {
    case ("GET status", 0):
      return json([
        "version": "1.2.3", "tenants": .int(state.tenants.count), "makes_archives": .bool(state.makesArchives),
      ])
    case ("POST tenants", 0): return create((try? JSONValue.parse(body)) ?? .null, &state)
    case ("GET tenants", 0):
      let items = state.tenants.sorted { $0.key < $1.key }.map { json($0.key, $0.value) }
      return json(["items": .array(items), "next_cursor": nil])
    case ("GET tenants", 1):
      return state.tenants[path[0]].map { json(json(path[0], $0)) } ?? problem(404, "none")
    case ("DELETE tenants", 1): return delete(path[0], query, &state)
    case ("PUT tenants", 3): return export(path[0], path[2], &state)
    case ("POST tenants", 2): return act(path[0], path[1], (try? JSONValue.parse(body)) ?? .null, &state)
    case (_, 1...) where verb.hasSuffix("archives"): return archive(verb, path, query, body, &state)
    default: return problem(404, "no such route: \(verb)")
    }
  }

  private static func create(_ wanted: JSONValue, _ state: inout State) -> OutboundResponse {
    guard let slug = wanted["slug"]?.stringValue else { return problem(422, "slug") }
    let key = wanted["license_key"]?.stringValue
    if state.tenants[slug]?.status == "deleted" { return problem(409, "A deleted tenant has this slug.") }
    if wanted["name"]?.stringValue == "Refused" { return problem(422, "This name is refused.") }
    var tenant =
      state.tenants[slug] ?? Tenant(admin: wanted["admin"]?["email"]?.stringValue, data: "made as \(slug)")
    tenant.licenseKey = tenant.licenseKey ?? key
    state.tenants[slug] = tenant
    return json(json(slug, tenant), status: 201)
  }

  private static func act(_ slug: String, _ verb: String, _ body: JSONValue, _ state: inout State) -> OutboundResponse {
    if verb == "import" {
      guard state.tenants[slug] == nil else { return json(["slug": .string(slug)], status: 201) }
      guard !state.refusesImports else { return problem(422, "The archive was made by a newer version.") }
      guard let id = body["archive"]?.stringValue, let bytes = state.uploads.removeValue(forKey: id) else {
        return problem(404, "no archive")
      }
      state.archives[id] = bytes
      state.tenants[slug] = Tenant(data: String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
      return json(["slug": .string(slug)], status: 201)
    }
    guard var tenant = state.tenants[slug] else { return problem(404, "none") }
    if verb == "password-link" { return json(["path": "/admin/invitation#token"]) }
    guard tenant.status != "deleted" else { return problem(409, "The tenant is deleted.") }
    tenant.status = verb == "suspend" ? "suspended" : "active"
    state.tenants[slug] = tenant
    return json(json(slug, tenant))
  }

  private static func delete(_ slug: String, _ query: [String: String], _ state: inout State) -> OutboundResponse {
    guard let tenant = state.tenants[slug] else { return problem(404, "none") }
    if query["purge"] == "true" {
      state.tenants[slug] = nil
      if query["keep_license"] != "true", let key = tenant.licenseKey { state.releasedLicenses.append(key) }
    } else {
      state.tenants[slug]?.status = "deleted"
    }
    return OutboundResponse(status: 204, headers: [], body: [])
  }

  /// Made once: filling it takes a debug build its time.
  private static let filler = [UInt8](repeating: 0, count: 5 << 20)

  /// Longer than a piece, so that a transfer can be interrupted in the middle.
  private static func export(_ slug: String, _ id: String, _ state: inout State) -> OutboundResponse {
    guard let tenant = state.tenants[slug] else { return problem(404, "none") }
    guard state.makesArchives else { return problem(409, "pg_dump is missing") }
    let bytes = state.archives[id] ?? Array(tenant.data.utf8) + filler
    state.archives[id] = bytes
    return json(["bytes": .int(bytes.count), "sha256": .string(String(repeating: "a", count: 64))])
  }

  private static func archive(
    _ verb: String, _ path: [String], _ query: [String: String], _ body: [UInt8], _ state: inout State
  ) -> OutboundResponse {
    let id = path[0]
    let offset = Int(query["offset"] ?? "") ?? 0
    switch verb {
    case "GET archives" where path.count == 1:
      let bytes = state.archives[id] ?? state.uploads[id] ?? []
      return json(["bytes": .int(bytes.count), "whole": .bool(state.archives[id] != nil)])
    case "GET archives":
      guard let bytes = state.archives[id] else { return problem(404, "no archive") }
      let piece = bytes.dropFirst(offset).prefix(Int(query["length"] ?? "") ?? 0)
      return OutboundResponse(status: 200, headers: [], body: Array(piece))
    case "PUT archives":
      let here = state.uploads[id] ?? []
      guard offset <= here.count else { return problem(409, "bytes are missing") }
      state.uploads[id] = Array(here.prefix(offset)) + body
      return OutboundResponse(status: 204, headers: [], body: [])
    default:
      state.archives[id] = nil
      state.uploads[id] = nil
      return OutboundResponse(status: 204, headers: [], body: [])
    }
  }

  private static func json(_ slug: String, _ tenant: Tenant) -> JSONValue {
    [
      "slug": .string(slug), "status": .string(tenant.status), "users": 3, "usage": ["clicks_24h": 41],
      "schema_version": 12,
    ]
  }

  private static func json(_ value: JSONValue, status: Int = 200) -> OutboundResponse {
    OutboundResponse(status: status, headers: [], body: value.utf8)
  }

  private static func problem(_ status: Int, _ detail: String) -> OutboundResponse {
    json(["status": .int(status), "detail": .string(detail)], status: status)
  }
}
