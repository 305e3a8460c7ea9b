import Core
import HTTPTypes
import Logging
import Security
import Synchronization
import Web

/// `POST /api/check-email`, on every host of a tenant: whether an address was in a breach. An address is never stored nor
/// logged.
struct BreachCheck: Sendable {
  typealias Table = RouteTable<ControlAPI.Everything, NoSession>

  /// Nil without HIBP_API_KEY.
  let client: BreachClient?
  let secretKey: SecretKey
  let clock: any WallClock
  let logger: Logger

  private let memory = BreachMemory()
  private let perAddress: RateLimiter<IPAddress>
  /// Of the whole installation: what the key allows. Answers from memory are free.
  private let overall: RateLimiter<Bool>
  private let pause = Pause()

  static let perMinuteAndAddress = 10
  static let bodyLimit = 1_024

  /// - Parameter perMinute: look-ups that the key allows.
  init(
    client: BreachClient?, perMinute: Int, secretKey: SecretKey, clock: any WallClock, logger: Logger
  ) {
    self.client = client
    self.secretKey = secretKey
    self.clock = clock
    self.logger = logger
    perAddress = RateLimiter(limit: Self.perMinuteAndAddress, window: .minutes(1), clock: clock)
    overall = RateLimiter(limit: perMinute, window: .minutes(1), maxKeys: 2, clock: clock)
  }

  /// - Parameter knows: whether a host is a tenant's.
  func mount(knows: @escaping @Sendable (_ host: String) -> Bool) -> Mount {
    var table = Table()
    table.open(.options, "/", "Whether a page of another origin may ask: yes", status: 204) { _ in
      var reply = Reply.noContent
      reply.fields[.accessControlAllowOrigin] = "*"
      reply.fields[.accessControlAllowMethods] = "POST"
      reply.fields[.accessControlAllowHeaders] = "Content-Type"
      reply.fields[.accessControlMaxAge] = "86400"
      return reply
    }
    table.open(
      .post, "/", "Whether an e-mail address was in a breach: {email}", body: .raw, bodyLimit: Self.bodyLimit
    ) { call in
      let reply: Reply
      do { reply = .json(try await answer(call)) } catch let problem as Problem { reply = .problem(problem) }
      return reply.with(header: .accessControlAllowOrigin, "*")
    }
    let hooks = RouteHooks<ControlAPI.Everything, NoSession>(locate: { head in
      guard knows(head.authority) else { throw Problem.notFound("host") }
      return ControlAPI.Everything()
    })
    return Mount("/api/check-email", table, hooks)
  }

  private func answer(_ call: OpenCall<ControlAPI.Everything>) async throws -> JSONValue {
    guard let client else {
      throw Problem(
        status: 503, code: "hibp_not_configured", title: "Not set up",
        detail: "The check of e-mail addresses needs HIBP_API_KEY.", retryAfter: 3_600)
    }
    try perAddress.admit(call.clientAddress.limitKey)
    guard case .raw(let bytes) = call.request.body else { throw Problem.internalError() }
    var fields = try FieldReader(
      .object(ReportBody.object(bytes, type: call.head.fields[.contentType])))
    let address = fields.email("email")
    try fields.finish()
    guard let address else { throw Problem.internalError() }
    let breaches = try await breaches(of: address, client)
    return [
      "breached": .bool(!breaches.isEmpty), "count": .int(breaches.count), "breaches": .array(breaches.map(\.json)),
    ]
  }

  private func breaches(of address: EmailAddress, _ client: BreachClient) async throws(Problem) -> [Breach] {
    let key = secretKey.authenticationCode(of: Array(address.description.utf8), for: "breach-check")
    if let known = memory.breaches(of: key, at: clock.now()) { return known }
    if let seconds = pause.left(at: clock.now()) ?? overall.charge(true) {
      throw .unavailable("Too many addresses are being checked just now.", retryAfter: seconds)
    }
    do throws(BreachClient.Fault) {
      let found = try await client.breaches(of: address)
      memory.remember(found, of: key, at: clock.now())
      return found
    } catch {
      throw problem(for: error)
    }
  }

  private func problem(for fault: BreachClient.Fault) -> Problem {
    logger.warning("breach look-up failed", metadata: ["fault": "\(fault)"])
    switch fault {
    case .tooMany(let seconds):
      pause.begin(until: clock.now() + .seconds(Int64(seconds)))
      return .unavailable("Too many addresses are being checked just now.", retryAfter: seconds)
    case .refused:
      return Problem(
        status: 503, code: "hibp_refused", title: "Not set up",
        detail: "Have I Been Pwned does not accept HIBP_API_KEY.", retryAfter: 3_600)
    case .unreachable, .unexpected:
      return .unavailable("The breach look-up does not answer just now.", retryAfter: 30)
    }
  }

  /// For how long the other side has asked us to wait.
  private final class Pause: Sendable {
    private let end = Mutex<Timestamp?>(nil)

    func begin(until time: Timestamp) { end.withLock { $0 = time } }

    /// In whole seconds; nil for not at all.
    func left(at now: Timestamp) -> Int? {
      end.withLock { end in
        guard let left = end.map({ $0 - now }), left > .zero else { return nil }
        return max(1, Int((left.wholeMicroseconds + 999_999) / 1_000_000))
      }
    }
  }
}
