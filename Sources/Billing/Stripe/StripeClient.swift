import Core

/// Talks to Stripe's API as one account. Verbs are beside the nouns they are about.
///
/// Every call that changes something carries an `Idempotency-Key`, and so can be sent again when no answer came or
/// Stripe was busy: what is asked for is done once.
public struct StripeClient: Sendable {
  /// The version of the API that is spoken. Objects are read in its shape alone: an event in another one is not read
  /// but its object is fetched.
  public static let version = "2024-06-20"

  public let account: StripeAccount
  private let transport: StripeTransport
  private let pause: @Sendable (Duration) async throws -> Void

  /// - Parameter pause: waits between two attempts.
  public init(
    account: StripeAccount, transport: @escaping StripeTransport,
    pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.account = account
    self.transport = transport
    self.pause = pause
  }

  /// How often one call is sent at most.
  private static let attempts = 3

  func get(_ path: String, _ query: JSONObject = [:]) async throws -> StripeAnswer {
    let text = StripeForm.encode(query)
    return try await send(.get, text.isEmpty ? path : "\(path)?\(text)", form: nil, key: nil)
  }

  /// - Parameter key: names what is asked for, so that asking again, be it after a crash, does nothing new (for 24
  ///   hours). Nil for what may be done again: then only the attempts of this call are one.
  func post(_ path: String, _ fields: JSONObject, key: String?) async throws -> StripeAnswer {
    try await send(.post, path, form: StripeForm.encode(fields), key: key ?? Self.newKey())
  }

  func delete(_ path: String, key: String?) async throws -> StripeAnswer {
    try await send(.delete, path, form: nil, key: key ?? Self.newKey())
  }

  private static func newKey() -> String { RandomBytes.make(18).base64url }

  private func send(
    _ method: StripeRequest.Method, _ path: String, form: String?, key: String?
  ) async throws -> StripeAnswer {
    var headers = [("Authorization", "Bearer \(account.secretKey)"), ("Stripe-Version", Self.version)]
    if form != nil { headers.append(("Content-Type", "application/x-www-form-urlencoded")) }
    if let key { headers.append(("Idempotency-Key", "trackily-\(key)")) }
    let request = StripeRequest(
      method: method, url: account.baseURL + path, headers: headers, body: Array((form ?? "").utf8))
    var attempt = 1
    while true {
      switch try await answer(to: request) {
      case .answer(let answer): return answer
      case .failure(let error, let again):
        guard let again, attempt < Self.attempts else { throw error }
        try await pause(again.delay(before: attempt))
        attempt += 1
      }
    }
  }

  private func answer(to request: StripeRequest) async throws -> StripeAttempt {
    let response: StripeResponse
    do {
      response = try await transport(request)
    } catch {
      guard let error = error as? StripeUnreachable else { throw error }
      return .failure(
        StripeError(.unavailable, message: error.description), error.isTemporary ? StripeRetry(after: nil) : nil)
    }
    return StripeAttempt(response)
  }
}

/// An object that Stripe answered with.
struct StripeAnswer: Sendable {
  let object: JSONValue
  /// By Stripe's clock: the object is as it was then, or newer.
  let asOf: Timestamp?
}

/// What came of sending a request once.
enum StripeAttempt: Sendable {
  case answer(StripeAnswer)
  /// With how to try again, if that may help.
  case failure(StripeError, StripeRetry?)

  init(_ response: StripeResponse) {
    guard (200..<300).contains(response.status) else {
      self = .failure(StripeError(response), StripeRetry(response))
      return
    }
    guard let object = try? JSONValue.parse(response.body), object.objectValue != nil else {
      self = .failure(.malformed("the answer"), nil)
      return
    }
    self = .answer(StripeAnswer(object: object, asOf: response.header("date").flatMap { Timestamp(httpDate: $0) }))
  }
}

/// That trying again may help, and how long Stripe wants us to wait.
struct StripeRetry: Sendable, Hashable {
  let after: Duration?

  init(after: Duration?) { self.after = after }

  /// Nil when it is no use. Stripe's own word goes before ours.
  init?(_ response: StripeResponse) {
    let isWorthIt =
      switch response.header("stripe-should-retry") {
      case "true": true
      case "false": false
      default: response.status == 409 || response.status == 429 || response.status >= 500
      }
    guard isWorthIt else { return nil }
    after = response.header("retry-after").flatMap { Int64($0) }.map { .seconds(min(max($0, 0), 10)) }
  }

  /// Half a second, doubled each time, with as much again by chance, so that those who failed together do not come back
  /// together.
  func delay(before retry: Int) -> Duration {
    let base = Duration.milliseconds(500 << min(retry - 1, 4))
    return max(after ?? .zero, base + .milliseconds(Int64.random(in: 0...500)))
  }
}

extension Timestamp {
  /// `Sat, 21 Nov 2026 10:00:00 GMT` (RFC 9110, 5.6.7); nil for anything else.
  init?(httpDate text: String) {
    let parts = text.split(separator: " ")
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else { return nil }
    let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    self.init(rfc3339: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
  }
}
