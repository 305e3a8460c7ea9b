import CCurl
public import Core

/// Looks at the certificate a host shows, by a TLS handshake and nothing more. A struct of one closure, so that tests can
/// play the server.
public struct CertificateProbe: Sendable {
  /// - Parameter addresses: where to connect to; those that the policy does not allow are left out.
  /// - Throws: ``OutboundError`` when nothing listens there or it speaks no TLS.
  public let certificate:
    @Sendable (_ host: String, _ addresses: [IPAddress]) async throws(OutboundError) -> ServerCertificate

  public init(
    certificate:
      @escaping @Sendable (_ host: String, _ addresses: [IPAddress]) async throws(OutboundError) ->
      ServerCertificate
  ) {
    self.certificate = certificate
  }

  /// - Parameters:
  ///   - port: for tests.
  ///   - timeout: for one handshake; a certificate that is refused takes a second one, to see why.
  public static func system(
    policy: DestinationPolicy = .publicInternet, port: Int = 443, timeout: Duration = .seconds(5)
  ) -> CertificateProbe {
    let handshakes = Handshakes(policy: policy, port: port, timeout: timeout)
    return CertificateProbe { host, addresses throws(OutboundError) in
      try await handshakes.certificate(of: host, at: addresses)
    }
  }
}

private struct Handshakes: Sendable {
  let policy: DestinationPolicy
  let port: Int
  let timeout: Duration
  private let driver = CurlDriver(maxTransfers: 16)

  init(policy: DestinationPolicy, port: Int, timeout: Duration) {
    self.policy = policy
    self.port = port
    self.timeout = timeout
  }

  func certificate(of host: String, at addresses: [IPAddress]) async throws(OutboundError) -> ServerCertificate {
    guard !addresses.isEmpty else { throw .unknownHost(host) }
    let permitted = addresses.filter { policy.permits($0, host: host) }
    guard !permitted.isEmpty else { throw .forbiddenAddress(host: host) }
    let trusted = try await shake(host, permitted, verifies: true)
    if trusted.code == 0, let certificate = ServerCertificate(fields: trusted.certificate, isTrusted: true) {
      return certificate
    }
    let error = OutboundError(curlCode: trusted.code, host: host)
    guard error == .tls else { throw error }
    let shown = try await shake(host, permitted, verifies: false)
    guard shown.code == 0, let certificate = ServerCertificate(fields: shown.certificate, isTrusted: false) else {
      throw error
    }
    return certificate
  }

  private func shake(
    _ host: String, _ addresses: [IPAddress], verifies: Bool
  ) async throws(OutboundError) -> CurlOutcome {
    let policy = policy
    guard
      let transfer = CurlTransfer(
        url: "https://\(host):\(port)/", protocols: "https", responseLimit: 0,
        permits: { policy.permits($0, host: host) })
    else { throw .busy }
    transfer.set(
      CURLOPT_RESOLVE, list: ["+\(host):\(port):\(addresses.map(\.bracketed).joined(separator: ","))"])
    transfer.set(CURLOPT_CONNECT_ONLY, 1)
    transfer.set(CURLOPT_CERTINFO, 1)
    transfer.set(CURLOPT_SSL_SESSIONID_CACHE, 0)
    if !verifies {
      // Nothing is sent over this connection: it is only looked at.
      transfer.set(CURLOPT_SSL_VERIFYPEER, 0)
      transfer.set(CURLOPT_SSL_VERIFYHOST, 0)
    }
    transfer.set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds: timeout)
    transfer.set(CURLOPT_TIMEOUT_MS, milliseconds: timeout)
    let outcome = try await driver.perform(transfer)
    if let fault = outcome.fault { throw fault.about(host) }
    return outcome
  }
}
