import Glibc
import Synchronization

@testable import Security

/// A tiny TCP server on a free port of 127.0.0.1: one thread for each connection, run by a closure.
final class LocalServer: Sendable {
  let port: Int
  private let listener: CInt
  private let connections = Counter()

  init(_ serve: @escaping @Sendable (LocalConnection) -> Void) throws {
    let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(listener, pointer, length) | listen(listener, 64) | getsockname(listener, pointer, &length)
      }
    }
    self.listener = listener
    port = Int(UInt16(bigEndian: address.sin_port))
    let isStarted = OwnThread.start { [connections] in
      while true {
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else { break }
        connections.increment()
        if !OwnThread.start({ serve(LocalConnection(descriptor)) }) { close(descriptor) }
      }
      close(listener)
    }
    guard code == 0, isStarted else { throw NoSocket() }
  }

  var connectionCount: Int { connections.value }
  var url: String { "http://127.0.0.1:\(port)" }

  deinit { shutdown(listener, CInt(SHUT_RDWR)) }

  struct NoSocket: Error {}
}

final class Counter: Sendable {
  private let count = Mutex(0)
  var value: Int { count.withLock { $0 } }
  func increment() { count.withLock { $0 += 1 } }
}

/// One accepted connection, closed when its closure is done with it.
final class LocalConnection: Sendable {
  private let descriptor: CInt
  private let pending = Mutex<[UInt8]>([])

  init(_ descriptor: CInt) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  func write(_ text: String) { _ = write(Array(text.utf8)) }

  /// False when the other side has gone.
  func write(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// The next line without its end; nil when the other side has gone.
  func readLine() -> String? {
    while true {
      let line: String? = pending.withLock { bytes in
        guard let end = bytes.firstIndex(of: 0x0A) else { return nil }
        let line = String(decoding: bytes[..<end].filter { $0 != 0x0D }, as: UTF8.self)
        bytes.removeFirst(end + 1)
        return line
      }
      if let line { return line }
      guard fill() else { return nil }
    }
  }

  func read(count: Int) -> [UInt8] {
    while pending.withLock({ $0.count }) < count, fill() {}
    return pending.withLock { bytes in
      defer { bytes.removeFirst(min(count, bytes.count)) }
      return Array(bytes.prefix(count))
    }
  }

  private func fill() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 4_096)
    let count = recv(descriptor, &chunk, chunk.count, 0)
    guard count > 0 else { return false }
    pending.withLock { $0 += chunk.prefix(count) }
    return true
  }

  /// Returns when the other side hangs up.
  func awaitHangUp() { while fill() {} }
}

/// An HTTP request as the server saw it.
struct SeenRequest: Sendable {
  let line: String
  let headers: [String: String]
  let body: [UInt8]
}

extension LocalConnection {
  func readRequest() -> SeenRequest? {
    guard let line = readLine() else { return nil }
    var headers: [String: String] = [:]
    while let header = readLine(), !header.isEmpty {
      let parts = header.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].drop { $0 == " " }.description : ""
    }
    return SeenRequest(
      line: line, headers: headers, body: read(count: headers["content-length"].flatMap(Int.init) ?? 0))
  }

  func answer(_ status: String, headers: [String] = [], body: String = "") {
    let head = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)", "Connection: close"] + headers
    write(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
  }
}
