import CCurl
public import Core

/// Why a message was not taken.
public enum MailError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The message itself can't be sent.
  case invalid(String)
  /// Try again later: nobody there, or a 4xx reply.
  case temporary(String)
  /// The server refuses for good: a 5xx reply, wrong credentials, no TLS where a password needs it.
  case permanent(String)

  public var description: String {
    switch self {
    case .invalid(let reason): "invalid message: \(reason)"
    case .temporary(let reason): "not now: \(reason)"
    case .permanent(let reason): "refused: \(reason)"
    }
  }
}

/// Hands messages to an SMTP server. TLS is verified whenever it is used; STARTTLS is used when offered, and demanded
/// when there is a password to send.
public final class Mailer: Sendable {
  private let server: MailServer
  private let clock: any WallClock
  private let heloName: String
  private let timeout: Duration
  private let driver = CurlDriver(maxTransfers: 8)

  /// - Parameters:
  ///   - heloName: how we introduce ourselves, usually the host of `PUBLIC_URL`.
  ///   - timeout: for one whole hand-over.
  public init(
    server: MailServer, clock: any WallClock = SystemClock(), heloName: String = "localhost",
    timeout: Duration = .seconds(30)
  ) {
    self.server = server
    self.clock = clock
    self.heloName = Hostname.isValid(heloName) ? heloName : "localhost"
    self.timeout = timeout
  }

  /// Returns once the server has taken the message for every recipient.
  public func send(_ message: MailMessage) async throws(MailError) {
    if let fault = message.fault { throw .invalid(fault) }
    let scheme = server.isImplicitTLS ? "smtps" : "smtp"
    guard
      let transfer = CurlTransfer(
        url: "\(scheme)://\(server.host):\(server.port)/\(heloName)", protocols: "smtp,smtps", responseLimit: 65_536,
        permits: { _ in true })
    else { throw .temporary("no connection to be had") }
    transfer.set(CURLOPT_USE_SSL, Int((server.mustUseTLS ? CURLUSESSL_ALL : CURLUSESSL_TRY).rawValue))
    if let user = server.user {
      transfer.set(CURLOPT_USERNAME, user)
      transfer.set(CURLOPT_PASSWORD, server.password ?? "")
    }
    transfer.set(CURLOPT_MAIL_FROM, "<\(message.from.address)>")
    transfer.set(CURLOPT_MAIL_RCPT, list: message.to.map { "<\($0.address)>" })
    transfer.set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds: min(timeout, .seconds(10)))
    transfer.set(CURLOPT_TIMEOUT_MS, milliseconds: timeout)
    transfer.setUpload(Array(message.wireText(at: clock.now(), id: RandomBytes.make(16).hex).utf8))
    let outcome: CurlOutcome
    do throws(OutboundError) {
      outcome = try await driver.perform(transfer)
    } catch {
      throw .temporary("\(error)")
    }
    try check(outcome)
  }

  private func check(_ outcome: CurlOutcome) throws(MailError) {
    guard outcome.code != 0 else { return }
    let reply = outcome.lines.last { $0.hasPrefix("4") || $0.hasPrefix("5") }.map { String($0.prefix(200)) }
    switch CURLcode(outcome.code) {
    case CURLE_LOGIN_DENIED: throw .permanent(reply ?? "wrong user or password")
    case CURLE_USE_SSL_FAILED: throw .permanent("no TLS offered, and the password must not travel without")
    case CURLE_PEER_FAILED_VERIFICATION: throw .permanent("the server's certificate is not valid")
    case CURLE_OPERATION_TIMEDOUT: throw .temporary("timed out")
    case CURLE_COULDNT_RESOLVE_HOST: throw .temporary("\(server.host) is unknown")
    case CURLE_COULDNT_CONNECT: throw .temporary("nobody answers at \(server.host):\(server.port)")
    default: break
    }
    if (500..<600).contains(outcome.status) { throw .permanent(reply ?? "\(outcome.status)") }
    throw .temporary(reply ?? "the connection failed (curl \(outcome.code))")
  }
}
