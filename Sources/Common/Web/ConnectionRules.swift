import NIOHTTP1

/// What HTTP/1 asks of a connection beyond parsing, as a state machine without input or output: one request at a time,
/// when to close, who waits for `100 Continue`, what a malformed request gets.
struct ConnectionRules {
  enum HeadAction: Equatable { case forward, refuse }
  enum EndAction: Equatable { case keep, close }
  enum ErrorAction: Equatable { case forward, refuse, wait, ignore }

  let limits: ConnectionLimits

  /// A request was handed on and its answer has not ended.
  private(set) var isResponding = false
  /// The running request's body has not ended.
  private(set) var isReceiving = false
  /// A whole request is here and its answer has not ended.
  var isAnswering: Bool { isResponding && !isReceiving }
  /// Nothing is read or written any more; the other side has a moment to read what we said.
  private(set) var isLingering = false
  /// Bytes of the running request's body so far.
  private(set) var received = 0

  private var keepsAlive = true
  private var isHTTP10 = false
  private var hasBegunResponse = false
  private var awaitsContinue = false
  private var declaredLength: Int?

  init(limits: ConnectionLimits) { self.limits = limits }

  mutating func receive(_ head: HTTPRequestHead) -> HeadAction {
    isHTTP10 = head.version.major == 1 && head.version.minor == 0
    keepsAlive = head.isKeepAlive
    isResponding = true
    isReceiving = true
    hasBegunResponse = false
    awaitsContinue = false
    declaredLength = nil
    received = 0
    var hosts = 0
    // One pass: this runs for every request of every visitor.
    for (name, value) in head.headers {
      switch name.utf8.count {
      case 4 where name.lowercased() == "host": hosts += 1
      case 6 where name.lowercased() == "expect": awaitsContinue = value.lowercased() == "100-continue" && !isHTTP10
      case 14 where name.lowercased() == "content-length": declaredLength = Int(value)
      default: break
      }
    }
    // RFC 9112, 3.2: exactly one Host.
    return hosts == 1 || (hosts == 0 && isHTTP10) ? .forward : .refuse
  }

  mutating func receive(bytes: Int) {
    received += bytes
    awaitsContinue = false
  }

  mutating func receiveEnd() {
    isReceiving = false
    awaitsContinue = false
  }

  /// Whether somebody who wants the body must first tell the client to send it.
  mutating func takeContinue() -> Bool {
    guard awaitsContinue, !hasBegunResponse else { return false }
    awaitsContinue = false
    return true
  }

  mutating func begin(_ head: inout HTTPResponseHead) {
    hasBegunResponse = true
    if head.headers.contains(name: "connection"), !head.isKeepAlive { keepsAlive = false }
    if isReceiving && !isRestWorthReading { keepsAlive = false }
    if isHTTP10 && !head.headers.contains(name: "content-length") && head.status.mayHaveResponseBody {
      // No chunks in HTTP/1.0: the end of the connection is the end of the body.
      head.version = .http1_0
      keepsAlive = false
    }
    if !keepsAlive {
      head.headers.replaceOrAdd(name: "connection", value: "close")
    } else if isHTTP10 {
      head.headers.replaceOrAdd(name: "connection", value: "keep-alive")
    }
  }

  /// A client that never got `100 Continue` may or may not send its body, so where the next request begins is unknown.
  private var isRestWorthReading: Bool {
    guard !awaitsContinue, let declaredLength else { return false }
    return declaredLength - received <= limits.unreadBodyLimit
  }

  mutating func endResponse() -> EndAction {
    isResponding = false
    guard !keepsAlive else { return .keep }
    isLingering = true
    return .close
  }

  /// The stream of requests is broken from here on.
  mutating func parserError() -> ErrorAction {
    if isLingering { return .ignore }
    if isResponding && isReceiving {
      keepsAlive = false
      return .forward
    }
    return isResponding ? .wait : .refuse
  }

  mutating func bodyTooSlow() { keepsAlive = false }

  mutating func stopKeepingAlive() { keepsAlive = false }

  mutating func refuse() {
    isResponding = false
    isLingering = true
  }

  /// How long the body that is arriving may take.
  var bodyAllowance: Duration {
    limits.bodyTimeout + .milliseconds(Int64(received) * 1_000 / Int64(max(1, limits.slowestBody)))
  }
}

extension HTTPResponseStatus {
  /// Statuses whose answers end with their head.
  fileprivate var mayHaveResponseBody: Bool { code >= 200 && code != 204 && code != 304 }
}
