import Core
import Glibc
import Synchronization
import TestSupport

@testable import TenantTracker

/// A name server on this machine, by UDP and TCP, that says what a test wants.
final class FakeDNSServer: Sendable {
  struct Question: Sendable {
    let name: String
    let type: UInt16
  }

  enum Record: Sendable {
    case text(String, String)
    case nameServer(String, String)
  }

  typealias Answerer = @Sendable (Question) -> [Record]?

  private final class Counter: Sendable {
    let value = Mutex(0)
  }

  private let datagrams: CInt
  private let listener: CInt
  private let counter = Counter()
  let address: DNSServer

  /// - Parameters:
  ///   - forgesFirst: sends an answer with another number before each right one.
  ///   - answer: nil for silence.
  init(forgesFirst: Bool = false, answer: @escaping Answerer) throws {
    let (datagrams, listener, port) = try Self.open()
    (self.datagrams, self.listener) = (datagrams, listener)
    address = DNSServer(address: IPAddress(v4: 0x7F00_0001), port: port)
    Self.onThread { Self.serveDatagrams(datagrams, forgesFirst, answer) }
    Self.onThread { [counter] in Self.serveStreams(listener, counter, answer) }
  }

  /// The threads see the end of their sockets and go.
  deinit {
    for descriptor in [datagrams, listener] { shutdown(descriptor, CInt(SHUT_RDWR)) }
  }

  /// How many questions came by TCP.
  var streams: Int { counter.value.withLock { $0 } }

  // Sockets

  /// A port that is free for both.
  private static func open() throws -> (datagrams: CInt, listener: CInt, port: UInt16) {
    for _ in 0..<20 {
      let datagrams = socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)
      let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
      if let port = bind(datagrams, to: 0), bind(listener, to: port) != nil, listen(listener, 8) == 0 {
        return (datagrams, listener, port)
      }
      close(datagrams)
      close(listener)
    }
    throw TestHTTPError(description: "no port for the name server")
  }

  private static func bind(_ descriptor: CInt, to port: UInt16) -> UInt16? {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
        guard Glibc.bind(descriptor, raw, size) == 0, getsockname(descriptor, raw, &size) == 0 else { return nil }
        return pointer.pointee.sin_port.bigEndian
      }
    }
  }

  private static func onThread(_ work: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Work(work))
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, box.toOpaque())
    pthread_detach(thread)
  }

  private final class Work: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private static func serveDatagrams(_ descriptor: CInt, _ forgesFirst: Bool, _ answer: Answerer) {
    defer { close(descriptor) }
    while true {
      var bytes = [UInt8](repeating: 0, count: 1_024)
      var peer = sockaddr_storage()
      var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let count = withUnsafeMutablePointer(to: &peer) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { recvfrom(descriptor, &bytes, 1_024, 0, $0, &size) }
      }
      guard count > 12 else { return }
      guard var reply = reply(to: Array(bytes.prefix(count)), answer) else { continue }
      if reply.count > 512 { reply = truncated(reply, Array(bytes.prefix(count))) }
      var forged = reply
      forged[0] ^= 0xFF
      for message in forgesFirst ? [forged, reply] : [reply] {
        _ = withUnsafeMutablePointer(to: &peer) { pointer in
          pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            sendto(descriptor, message, message.count, 0, $0, size)
          }
        }
      }
    }
  }

  private static func serveStreams(_ listener: CInt, _ counter: Counter, _ answer: Answerer) {
    defer { close(listener) }
    while true {
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else { return }
      defer { close(descriptor) }
      var bytes = [UInt8](repeating: 0, count: 1_024)
      let count = recv(descriptor, &bytes, 1_024, 0)
      guard count > 14, let reply = reply(to: Array(bytes[2..<count]), answer) else { continue }
      counter.value.withLock { $0 += 1 }
      // In two pieces, as networks do.
      let message = word(reply.count) + reply
      let half = message.count / 2
      _ = Array(message[..<half]).withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, 0) }
      _ = Array(message[half...]).withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, 0) }
    }
  }

  // Messages

  private static func reply(to query: [UInt8], _ answer: Answerer) -> [UInt8]? {
    var (labels, position): ([String], Int) = ([], 12)
    while query[position] != 0 {
      let end = position + 1 + Int(query[position])
      labels.append(String(decoding: query[(position + 1)..<end], as: UTF8.self))
      position = end
    }
    let type = UInt16(query[position + 1]) << 8 | UInt16(query[position + 2])
    guard let records = answer(Question(name: labels.joined(separator: "."), type: type)) else { return nil }
    let header = query[0..<2] + [0x81, 0x80, 0, 1] + word(records.count) + [0, 0, 0, 0]
    return header + query[12..<(position + 5)] + records.flatMap(encoded)
  }

  private static func truncated(_ reply: [UInt8], _ query: [UInt8]) -> [UInt8] {
    Array(query[0..<2]) + [0x83, 0x80, 0, 1, 0, 0, 0, 0, 0, 0] + query[12...]
  }

  private static func encoded(_ record: Record) -> [UInt8] {
    let (owner, type, data): (String, Int, [UInt8]) =
      switch record {
      case .text(let owner, let text): (owner, 16, strings(Array(text.utf8)))
      case .nameServer(let owner, let server): (owner, 2, name(server))
      }
    return name(owner) + word(type) + word(1) + [0, 0, 0, 60] + word(data.count) + data
  }

  private static func strings(_ text: [UInt8]) -> [UInt8] {
    stride(from: 0, to: max(1, text.count), by: 255).flatMap { start -> [UInt8] in
      let part = text[start..<min(start + 255, text.count)]
      return [UInt8(part.count)] + part
    }
  }

  private static func name(_ name: String) -> [UInt8] {
    name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  private static func word(_ value: Int) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }
}
