import CCurl
import Core

/// An HTTP client for URLs that users give: webhooks, postbacks, page imports, vendors' APIs.
///
/// It resolves the host itself, refuses private and reserved addresses that the ``DestinationPolicy`` doesn't allow,
/// and pins the connection to the addresses it has checked; each redirect that it is told to follow passes the same
/// checks. It ignores proxies from the environment, verifies TLS, and bounds time and size.
public final class OutboundHTTP: Sendable {
  private let policy: DestinationPolicy
  private let limits: OutboundLimits
  private let resolver: NameResolver
  private let driver: CurlDriver

  /// - Parameter maxRequests: under way at once; one more is refused as ``OutboundError/busy``.
  public init(
    policy: DestinationPolicy = .publicInternet, limits: OutboundLimits = OutboundLimits(),
    resolver: NameResolver = .system(), maxRequests: Int = 64
  ) {
    self.policy = policy
    self.limits = limits
    self.resolver = resolver
    driver = CurlDriver(maxTransfers: maxRequests)
  }

  /// The complete answer, whatever its status.
  public func send(
    _ request: OutboundRequest, limits: OutboundLimits? = nil
  ) async throws(OutboundError) -> OutboundResponse {
    try await follow(request, limits ?? self.limits, into: nil)
  }

  /// Hands the body of a successful answer to `sink` as it comes, byte for byte as the server has it; the answer that is
  /// returned then has an empty one. Any other answer comes whole, as far as it is short.
  /// - Parameters:
  ///   - limits: `responseSize` bounds what is received.
  ///   - sink: called on the client's own thread, so it may block on a disk. False ends it as ``OutboundError/cancelled``.
  public func download(
    _ request: OutboundRequest, limits: OutboundLimits, into sink: @escaping OutboundSink
  ) async throws(OutboundError) -> OutboundResponse {
    try await follow(request, limits, into: sink)
  }

  private func follow(
    _ request: OutboundRequest, _ limits: OutboundLimits, into sink: OutboundSink?
  ) async throws(OutboundError) -> OutboundResponse {
    let deadline = ContinuousClock.now + limits.totalTimeout
    guard let first = OutboundURL(request.url) else { throw .invalidRequest("the URL is no absolute http(s) URL") }
    guard request.headers.allSatisfy(\.isValid) else { throw .invalidRequest("a header is malformed") }
    var hop = Hop(request: request, url: first)
    var redirectsLeft = limits.redirects
    while true {
      let response = try await exchange(hop, limits, deadline, into: sink)
      guard limits.redirects > 0, let next = hop.next(after: response) else { return response }
      guard redirectsLeft > 0 else { throw .tooManyRedirects }
      redirectsLeft -= 1
      hop = next
    }
  }

  private func exchange(
    _ hop: Hop, _ limits: OutboundLimits, _ deadline: ContinuousClock.Instant, into sink: OutboundSink?
  ) async throws(OutboundError) -> OutboundResponse {
    let addresses = try await permittedAddresses(of: hop.url, by: deadline)
    let (policy, host) = (policy, hop.url.host)
    guard
      let transfer = CurlTransfer(
        url: hop.url.text, protocols: "http,https", responseLimit: limits.responseSize,
        permits: { policy.permits($0, host: host) })
    else { throw .busy }
    if hop.url.literalAddress == nil {
      // The plus lets the entry expire: the next request checks and pins anew.
      transfer.set(
        CURLOPT_RESOLVE, list: ["+\(host):\(hop.url.port):\(addresses.map(\.bracketed).joined(separator: ","))"])
    }
    transfer.describe(hop.request)
    transfer.set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds: limits.connectTimeout)
    transfer.set(CURLOPT_TIMEOUT_MS, milliseconds: deadline - .now)
    if let sink {
      transfer.sink = sink
    } else {
      transfer.set(CURLOPT_ACCEPT_ENCODING, "")  // whatever this curl can decompress
    }
    if let stall = limits.stallTimeout {
      transfer.set(CURLOPT_LOW_SPEED_LIMIT, 1)
      transfer.set(CURLOPT_LOW_SPEED_TIME, max(1, Int(stall.components.seconds)))
    }
    let outcome = try await driver.perform(transfer)
    if let fault = outcome.fault { throw fault.about(host) }
    guard outcome.code == 0 else { throw OutboundError(curlCode: outcome.code, host: host) }
    return OutboundResponse(
      status: outcome.status, headers: outcome.lines.compactMap(HeaderField.init), body: outcome.body)
  }

  private func permittedAddresses(
    of url: OutboundURL, by deadline: ContinuousClock.Instant
  ) async throws(OutboundError) -> [IPAddress] {
    let found: [IPAddress]
    if let literal = url.literalAddress { found = [literal] } else { found = try await lookUp(url.host, by: deadline) }
    guard !found.isEmpty else { throw .unknownHost(url.host) }
    let permitted = found.filter { policy.permits($0, host: url.host) }
    guard !permitted.isEmpty else { throw .forbiddenAddress(host: url.host) }
    return permitted
  }

  /// DNS counts towards the total time: whichever is first, the answer or the deadline.
  private func lookUp(
    _ host: String, by deadline: ContinuousClock.Instant
  ) async throws(OutboundError) -> [IPAddress] {
    let resolver = resolver
    let first = await withTaskGroup(of: Result<[IPAddress], OutboundError>.self) { group in
      group.addTask {
        do throws(OutboundError) {
          return .success(try await resolver.addresses(host))
        } catch {
          return .failure(error)
        }
      }
      group.addTask {
        try? await Task.sleep(until: deadline, clock: .continuous)
        return .failure(Task.isCancelled ? .cancelled : .timedOut)
      }
      defer { group.cancelAll() }
      return await group.next() ?? .failure(.cancelled)
    }
    return try first.get()
  }
}

/// One request of a chain of redirects.
private struct Hop {
  var request: OutboundRequest
  var url: OutboundURL

  /// What follows when the answer is a redirect that can be followed (RFC 9110, 15.4). Another origin gets none of the
  /// caller's headers but the harmless ones: they may hold credentials.
  func next(after response: OutboundResponse) -> Hop? {
    guard [301, 302, 303, 307, 308].contains(response.status), let location = response.headers["location"],
      let target = url.resolving(location)
    else { return nil }
    var next = Hop(request: request, url: target)
    let becomesGet = response.status == 303 || response.status <= 302 && request.method == .post
    if becomesGet, request.method != .head {
      next.request.method = .get
      next.request.body = []
      next.request.headers.removeAll { $0.name.lowercased().hasPrefix("content-") }
    }
    if !target.hasSameOrigin(as: url) {
      next.request.headers.removeAll { !["accept", "accept-language", "content-type"].contains($0.name.lowercased()) }
    }
    return next
  }
}

extension CurlTransfer {
  fileprivate func describe(_ request: OutboundRequest) {
    set(CURLOPT_USERAGENT, "Trackily")
    // A name alone takes curl's own header away: many servers stall on 100-continue, and bodies are no forms.
    let removed = request.headers["content-type"] == nil ? ["Expect:", "Content-Type:"] : ["Expect:"]
    let given = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    set(CURLOPT_HTTPHEADER, list: removed + given)
    switch request.method {
    case .get where request.body.isEmpty: set(CURLOPT_HTTPGET, 1)
    case .head: set(CURLOPT_NOBODY, 1)
    case .delete where request.body.isEmpty: set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    default:
      set(CURLOPT_POST, 1)
      setBody(request.body)
      set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    }
  }
}

extension HeaderField {
  /// Nil for the status line and the empty line at the end.
  fileprivate init?(_ line: String) {
    guard let colon = line.firstIndex(of: ":"), !line.hasPrefix("HTTP/") else { return nil }
    self.init(String(line[..<colon]), line[line.index(after: colon)...].trimmed)
  }
}

extension IPAddress {
  /// As curl's list of addresses wants it.
  var bracketed: String { isV4 ? description : "[\(description)]" }
}

extension OutboundError {
  init(curlCode code: UInt32, host: String) {
    switch CURLcode(code) {
    case CURLE_COULDNT_RESOLVE_HOST: self = .unknownHost(host)
    case CURLE_COULDNT_CONNECT: self = .unreachable
    case CURLE_OPERATION_TIMEDOUT: self = .timedOut
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
      self = .tls
    case CURLE_URL_MALFORMAT: self = .invalidRequest("the URL is malformed")
    default: self = .broken(code: Int(code))
    }
  }

  /// The transfer doesn't know its host's name.
  func about(_ host: String) -> OutboundError {
    if case .forbiddenAddress = self { .forbiddenAddress(host: host) } else { self }
  }
}
