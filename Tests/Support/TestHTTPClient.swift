public import Core
import Dispatch

/// One HTTP/1.1 connection to a server under test. Its blocking socket lives on a queue of its own, so waiting for an
/// answer takes nothing from the server's threads.
///
/// ```swift
/// let client = TestHTTPClient(port: port)
/// let answer = try await client.post("/admin/api/login", json: ["email": "a@b.c", "password": "…"])
/// #expect(answer.status == 200)
/// ```
/// Requests of one client go over one connection, which is opened again when the server closed it. Cookies are kept
/// and sent back, by path, as a browser does.
public final class TestHTTPClient: Sendable {
  private let connection: TestConnection
  private let queue = DispatchQueue(label: "TestHTTPClient")
  private let defaults: [(String, String)]

  /// - Parameters:
  ///   - host: goes into the `Host` field only; the connection always goes to 127.0.0.1.
  ///   - headers: sent with each request, for instance `Authorization`.
  public init(port: Int, host: String = "127.0.0.1", headers: [(String, String)] = []) {
    connection = TestConnection(port: port, authority: "\(host):\(port)")
    defaults = headers
  }

  deinit { connection.close() }

  /// Sends one request and reads its answer.
  public func send(
    _ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8]? = nil
  ) async throws -> TestHTTPAnswer {
    let named = Set(headers.map { $0.0.lowercased() })
    let all = defaults.filter { !named.contains($0.0.lowercased()) } + headers
    return try await run { try $0.exchange(method, target, headers: all, body: body) }
  }

  public func get(_ target: String, headers: [(String, String)] = []) async throws -> TestHTTPAnswer {
    try await send("GET", target, headers: headers)
  }

  public func delete(_ target: String, headers: [(String, String)] = []) async throws -> TestHTTPAnswer {
    try await send("DELETE", target, headers: headers)
  }

  public func post(_ target: String, json: JSONValue, headers: [(String, String)] = []) async throws -> TestHTTPAnswer {
    try await send("POST", target, json: json, headers: headers)
  }

  public func patch(_ target: String, json: JSONValue, headers: [(String, String)] = []) async throws -> TestHTTPAnswer
  {
    try await send("PATCH", target, json: json, headers: headers)
  }

  public func send(
    _ method: String, _ target: String, json: JSONValue, headers: [(String, String)] = []
  ) async throws -> TestHTTPAnswer {
    try await send(method, target, headers: [("Content-Type", "application/json")] + headers, body: json.utf8)
  }

  /// Submits a form as a browser does, urlencoded.
  public func post(
    _ target: String, form: [(String, String)], headers: [(String, String)] = []
  ) async throws -> TestHTTPAnswer {
    let text = form.map { "\(PercentCoding.encodeComponent($0.0))=\(PercentCoding.encodeComponent($0.1))" }
    return try await send(
      "POST", target, headers: [("Content-Type", "application/x-www-form-urlencoded")] + headers,
      body: Array(text.joined(separator: "&").utf8))
  }

  /// Writes bytes as they are: malformed requests, pieces of one, pipelined ones.
  public func write(_ bytes: [UInt8]) async throws { try await run { try $0.write(bytes) } }

  public func write(_ text: String) async throws { try await write(Array(text.utf8)) }

  /// Reads the next answer. `toHead` says that it answers a HEAD request and has no body.
  public func read(toHead: Bool = false) async throws -> TestHTTPAnswer {
    try await run { try $0.read(toHead: toHead) }
  }

  /// Whether the server closes the connection within `seconds`. What it still sends is thrown away.
  public func isClosedByServer(within seconds: Int = 5) async throws -> Bool {
    try await run { try $0.awaitEnd(seconds: seconds) }
  }

  /// The value of a cookie the server set.
  public func cookie(_ name: String) async throws -> String? { try await run { $0.cookies.value(name) } }

  public func forgetCookies() async throws { try await run { $0.cookies = TestCookies() } }

  private func run<T: Sendable>(_ work: @escaping @Sendable (TestConnection) throws -> T) async throws -> T {
    let connection = connection
    return try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try work(connection) }) }
    }
  }
}

/// What went wrong on the way, not what the server answered.
public struct TestHTTPError: Error, CustomStringConvertible {
  public let description: String

  public init(description: String) { self.description = description }
}
