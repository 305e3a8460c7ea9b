import Core
import Licensing
import Security

/// The licence server as the tracker sees it. Anything but its own well-formed answer is "not reached": proxies, captive
/// portals and 5xx say nothing about a licence.
struct LicenseServerClient: Sendable {
  enum Failure: Error, Sendable {
    case unreachable(String)
    /// 422: our request was malformed; the message is the server's.
    case malformed(String)
    case tooManyRequests
  }

  let baseURL: String
  let http: OutboundHTTP

  init(baseURL: String) {
    self.baseURL = baseURL
    // The operator named this server, so it may stand in a private network.
    let policy = DestinationPolicy(allowedHosts: Set([WebURL.host(of: baseURL)].compactMap { $0 }))
    http = OutboundHTTP(policy: policy, limits: OutboundLimits(totalTimeout: .seconds(10)), maxRequests: 8)
  }

  func activate(_ request: LicenseAPI.ActivateRequest) async throws(Failure) -> LicenseAnswer {
    try await post(LicenseAPI.activatePath, request.json)
  }

  func heartbeat(_ request: LicenseAPI.HeartbeatRequest) async throws(Failure) -> LicenseAnswer {
    try await post(LicenseAPI.heartbeatPath, request.json)
  }

  func deactivate(_ request: LicenseAPI.DeactivateRequest) async throws(Failure) -> LicenseAnswer {
    try await post(LicenseAPI.deactivatePath, request.json)
  }

  func keys() async throws(Failure) -> JWKS {
    let response = try await send(OutboundRequest(.get, baseURL + LicenseAPI.keysPath))
    guard response.isSuccess, let json = try? JSONValue.parse(response.body), let keys = JWKS(json: json) else {
      throw .unreachable("no key set in the answer (\(response.status))")
    }
    return keys
  }

  private func post(_ path: String, _ body: JSONValue) async throws(Failure) -> LicenseAnswer {
    let response = try await send(
      OutboundRequest(
        .post, baseURL + path, headers: [HeaderField("Content-Type", "application/json")], body: body.utf8))
    let json = try? JSONValue.parse(response.body)
    switch response.status {
    case 200:
      guard let answer = json.flatMap({ LicenseAnswer(json: $0) }) else { throw .unreachable("not a licence server") }
      return answer
    case 422: throw .malformed(json?["detail"]?.stringValue ?? "The licence server refused the request.")
    case 429: throw .tooManyRequests
    default: throw .unreachable("status \(response.status)")
    }
  }

  private func send(_ request: OutboundRequest) async throws(Failure) -> OutboundResponse {
    do throws(OutboundError) { return try await http.send(request) } catch { throw .unreachable("\(error)") }
  }
}
