import Core
import Glibc

/// Asks servers by UDP, and by TCP where the answer is too long for a datagram. Blocks; for threads of its own.
struct DNSExchange: Sendable {
  let servers: [DNSServer]
  let patience: Duration

  private static let rounds = 2
  /// For one question, however many servers there are.
  private static let totalPatience = Duration.seconds(6)
  /// RFC 1035, 4.2.1: what a server sends to who said nothing of larger datagrams.
  private static let datagramLimit = 512

  /// The first answer that any server gives; what the last one failed with when none does.
  func result(of question: DNSQuestion) -> Result<DNSAnswer, DNSFailure> {
    var failure = DNSFailure.unreachable
    let end = ContinuousClock.now + Self.totalPatience
    for _ in 0..<Self.rounds {
      for server in servers where ContinuousClock.now < end {
        switch ask(server, question) {
        case .success(let answer): return .success(answer)
        case .failure(let error): failure = error
        }
      }
    }
    return .failure(failure)
  }

  private func ask(_ server: DNSServer, _ question: DNSQuestion) -> Result<DNSAnswer, DNSFailure> {
    do throws(DNSFailure) {
      let deadline = ContinuousClock.now + patience
      let id = UInt16.random(in: 0...UInt16.max)
      let reply = try datagram(server, question, id, deadline)
      guard reply.isTruncated else { return .success(reply.answer) }
      return .success(try stream(server, question, id, deadline).answer)
    } catch {
      return .failure(error)
    }
  }

  private func datagram(
    _ server: DNSServer, _ question: DNSQuestion, _ id: UInt16, _ deadline: ContinuousClock.Instant
  ) throws(DNSFailure) -> DNSReply {
    // Connected: what others send to the port does not arrive.
    let socket = try DNSSocket(server, SOCK_DGRAM, deadline)
    try socket.send(question.encoded(id: id), deadline)
    while true {
      let bytes = try socket.receive(upTo: Self.datagramLimit, deadline)
      // Somebody may guess at answers; the right one is still to come.
      if let reply = try Self.reply(bytes, question, id) { return reply }
    }
  }

  /// Nil for what is no answer to this question.
  private static func reply(_ bytes: [UInt8], _ question: DNSQuestion, _ id: UInt16) throws(DNSFailure) -> DNSReply? {
    do throws(DNSFailure) { return try DNSReply(bytes, to: question, id: id) } catch {
      if error == .malformed { return nil }
      throw error
    }
  }

  private func stream(
    _ server: DNSServer, _ question: DNSQuestion, _ id: UInt16, _ deadline: ContinuousClock.Instant
  ) throws(DNSFailure) -> DNSReply {
    let socket = try DNSSocket(server, SOCK_STREAM, deadline)
    let message = question.encoded(id: id)
    try socket.send([UInt8(message.count >> 8), UInt8(message.count & 0xFF)] + message, deadline)
    let length = try socket.receive(exactly: 2, deadline)
    let reply = try socket.receive(exactly: Int(length[0]) << 8 | Int(length[1]), deadline)
    return try DNSReply(reply, to: question, id: id)
  }
}

/// A connected socket whose calls end at a deadline.
private struct DNSSocket: ~Copyable {
  private let descriptor: CInt

  init(_ server: DNSServer, _ type: __socket_type, _ deadline: ContinuousClock.Instant) throws(DNSFailure) {
    let family = server.address.isV4 ? AF_INET : AF_INET6
    let flags = CInt(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    descriptor = socket(family, CInt(type.rawValue) | flags, 0)
    guard descriptor >= 0 else { throw .unreachable }
    let status = server.withSocketAddress { connect(descriptor, $0, $1) }
    guard status != 0 else { return }
    guard errno == EINPROGRESS else { throw .unreachable }
    try wait(for: POLLOUT, deadline)
    var (error, size): (CInt, socklen_t) = (0, socklen_t(MemoryLayout<CInt>.size))
    guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0, error == 0 else { throw .unreachable }
  }

  deinit { close(descriptor) }

  private func wait(for events: CInt, _ deadline: ContinuousClock.Instant) throws(DNSFailure) {
    while true {
      let left = (deadline - .now).wholeMicroseconds / 1_000
      guard left > 0 else { throw .timedOut }
      var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      let ready = poll(&entry, 1, CInt(clamping: left))
      if ready > 0 { return }
      guard ready == 0 || errno == EINTR else { throw .unreachable }
    }
  }

  func send(_ bytes: [UInt8], _ deadline: ContinuousClock.Instant) throws(DNSFailure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      try wait(for: POLLOUT, deadline)
      let sent = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
      guard sent > 0 else { throw .unreachable }
      rest = rest.dropFirst(sent)
    }
  }

  func receive(upTo limit: Int, _ deadline: ContinuousClock.Instant) throws(DNSFailure) -> [UInt8] {
    try wait(for: POLLIN, deadline)
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
    // Nobody listens at the port, or the other side hung up.
    guard count > 0 else { throw .unreachable }
    return Array(bytes.prefix(count))
  }

  func receive(exactly count: Int, _ deadline: ContinuousClock.Instant) throws(DNSFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count { bytes += try receive(upTo: count - bytes.count, deadline) }
    return bytes
  }
}

extension DNSServer {
  /// The address as `connect` takes it.
  fileprivate func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    if address.isV4 {
      var target = sockaddr_in()
      target.sin_family = sa_family_t(AF_INET)
      target.sin_port = port.bigEndian
      withUnsafeMutableBytes(of: &target.sin_addr) { $0.copyBytes(from: address.bytes) }
      return Self.rebound(&target, body)
    }
    var target = sockaddr_in6()
    target.sin6_family = sa_family_t(AF_INET6)
    target.sin6_port = port.bigEndian
    withUnsafeMutableBytes(of: &target.sin6_addr) { $0.copyBytes(from: address.bytes) }
    return Self.rebound(&target, body)
  }

  private static func rebound<Address, Result>(
    _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Address>.size)) }
    }
  }
}
