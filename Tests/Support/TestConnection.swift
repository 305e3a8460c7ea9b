import Core
import Glibc

/// The blocking socket below a `TestHTTPClient`.
// SAFETY: used from its client's serial queue only; the client closes it when nothing refers to the client any more.
final class TestConnection: @unchecked Sendable {
  private let port: Int
  private let authority: String
  private var socket: Int32 = -1
  private var buffer: [UInt8] = []
  var cookies = TestCookies()

  /// Seconds without a byte after which a test fails rather than hangs.
  private static let patience = 120

  init(port: Int, authority: String) {
    self.port = port
    self.authority = authority
  }

  func close() {
    if socket >= 0 { _ = Glibc.close(socket) }
    socket = -1
    buffer = []
  }

  func exchange(
    _ method: String, _ target: String, headers: [(String, String)], body: [UInt8]?
  ) throws -> TestHTTPAnswer {
    let request = request(method, target, headers: headers, body: body)
    let wasOpen = socket >= 0
    do {
      try write(request)
      return try read(toHead: method == "HEAD")
    } catch let error as TestHTTPError where wasOpen && buffer.isEmpty {
      // A kept connection may have been closed between two requests, before this one was looked at.
      guard error.description == TestConnection.endOfConnection else { throw error }
      close()
      try write(request)
      return try read(toHead: method == "HEAD")
    }
  }

  private static let endOfConnection = "the server closed the connection"

  private func request(_ method: String, _ target: String, headers: [(String, String)], body: [UInt8]?) -> [UInt8] {
    var text = "\(method) \(target) HTTP/1.1\r\n"
    let names = Set(headers.map { $0.0.lowercased() })
    if !names.contains("host") { text += "Host: \(authority)\r\n" }
    if !names.contains("cookie"), let cookie = cookies.header(for: target) { text += "Cookie: \(cookie)\r\n" }
    if !names.contains("content-length"), !names.contains("transfer-encoding"), let body {
      text += "Content-Length: \(body.count)\r\n"
    }
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    return Array("\(text)\r\n".utf8) + (body ?? [])
  }

  func write(_ bytes: [UInt8]) throws {
    if socket < 0 { try open() }
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      // A server that refuses stops reading; what it said is still there to be read.
      if count < 0 && (errno == EPIPE || errno == ECONNRESET) { return }
      guard count > 0 else { throw TestHTTPError(description: "send: errno \(errno)") }
      sent += count
    }
  }

  func read(toHead: Bool) throws -> TestHTTPAnswer {
    let head = String(decoding: try take(through: Array("\r\n\r\n".utf8)), as: UTF8.self)
    let lines = head.split(separator: "\r\n")
    let words = lines.first?.split(separator: " ", maxSplits: 2) ?? []
    guard words.count >= 2, let status = Int(words[1]) else { throw TestHTTPError(description: "no status line") }
    var headers: [(name: String, value: String)] = []
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { throw TestHTTPError(description: "no field: \(line)") }
      headers.append((String(line[..<colon]), line[line.index(after: colon)...].trimmed))
    }
    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
    for field in headers where field.name.lowercased() == "set-cookie" { cookies.store(field.value) }
    var body: [UInt8] = []
    if toHead || status < 200 || status == 204 || status == 304 {
      body = []
    } else if header("transfer-encoding")?.lowercased() == "chunked" {
      body = try chunks()
    } else if let length = header("content-length").flatMap({ Int($0) }) {
      body = try take(count: length)
    } else {
      while try receive(seconds: TestConnection.patience) {}
      body = buffer
      buffer = []
    }
    if header("connection")?.lowercased() == "close" { close() }
    return TestHTTPAnswer(status: status, headers: headers, body: body)
  }

  func awaitEnd(seconds: Int) throws -> Bool {
    guard socket >= 0 else { return true }
    do {
      while try receive(seconds: seconds) {}
      close()
      return true
    } catch {
      return false
    }
  }

  private func chunks() throws -> [UInt8] {
    var body: [UInt8] = []
    while true {
      let line = String(decoding: try take(through: Array("\r\n".utf8)), as: UTF8.self).trimmed
      guard let size = Int(line, radix: 16) else { throw TestHTTPError(description: "no chunk size: \(line)") }
      body += try take(count: size)
      _ = try take(count: 2)
      if size == 0 { return body }
    }
  }

  private func take(count: Int) throws -> [UInt8] {
    while buffer.count < count { try receiveOrFail() }
    defer { buffer.removeFirst(count) }
    return Array(buffer.prefix(count))
  }

  private func take(through end: [UInt8]) throws -> [UInt8] {
    while true {
      if let range = buffer.firstRange(of: end) {
        defer { buffer.removeFirst(range.upperBound) }
        return Array(buffer[..<range.upperBound])
      }
      try receiveOrFail()
    }
  }

  private func receiveOrFail() throws {
    guard try receive(seconds: TestConnection.patience) else {
      close()
      throw TestHTTPError(description: TestConnection.endOfConnection)
    }
  }

  /// False at the end of the connection.
  private func receive(seconds: Int) throws -> Bool {
    guard socket >= 0 else { return false }
    var timeout = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    var piece = [UInt8](repeating: 0, count: 65_536)
    let count = recv(socket, &piece, piece.count, 0)
    if count < 0 && errno == ECONNRESET { return false }
    guard count >= 0 else { throw TestHTTPError(description: "recv: errno \(errno)") }
    buffer += piece[..<count]
    return count > 0
  }

  private func open() throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var noDelay: Int32 = 1
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, socklen_t(MemoryLayout<Int32>.size))
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      let code = errno
      close()
      throw TestHTTPError(description: "connect: errno \(code)")
    }
  }
}
