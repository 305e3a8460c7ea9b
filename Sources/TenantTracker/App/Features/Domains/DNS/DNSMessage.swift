import Core

/// A question as it goes over the wire (RFC 1035, 4.1).
struct DNSQuestion: Sendable, Hashable {
  let name: String
  let type: DNSRecordType
  private let labels: [[UInt8]]

  /// - Parameter name: in any case, with or without a final dot. Underscores are allowed: `_trackily.example.com`.
  init(_ name: String, _ type: DNSRecordType) throws(DNSFailure) {
    let name = (name.hasSuffix(".") ? String(name.dropLast()) : name).lowercased()
    let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { Array($0) }
    guard labels.allSatisfy({ (1...63).contains($0.count) && $0.allSatisfy(Self.isNameByte) }), name.utf8.count <= 253
    else { throw .invalidName }
    self.name = name
    self.type = type
    self.labels = labels
  }

  /// The whole message, recursion desired.
  func encoded(id: UInt16) -> [UInt8] {
    var bytes = Self.word(id) + Self.word(0x0100) + Self.word(1) + [0, 0, 0, 0, 0, 0]
    for label in labels { bytes += [UInt8(label.count)] + label }
    return bytes + [0] + Self.word(type.rawValue) + Self.word(1)
  }

  private static func word(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    byte.asciiDigit != nil || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x5F
  }
}

/// Reads a server's answer; every length, pointer and count is checked against what is there.
struct DNSReply: Sendable {
  let answer: DNSAnswer
  /// The answer did not fit into a datagram: ask by TCP.
  let isTruncated: Bool

  /// - Throws: ``DNSFailure/malformed`` for what is no answer to this question, ``DNSFailure/refused(code:)`` when the
  ///   server would or could not answer.
  init(_ bytes: [UInt8], to question: DNSQuestion, id: UInt16) throws(DNSFailure) {
    var reader = DNSReader(bytes)
    let (answerID, flags) = (try reader.word(), try reader.word())
    let (questions, answers) = (try reader.word(), try reader.word())
    try reader.skip(4)
    // A response to a standard query.
    guard answerID == id, flags & 0x8000 != 0, flags & 0x7800 == 0, questions == 1 else { throw .malformed }
    guard try reader.name() == question.name, try reader.word() == question.type.rawValue, try reader.word() == 1 else {
      throw .malformed
    }
    isTruncated = flags & 0x0200 != 0
    let code = Int(flags & 0x000F)
    guard code == 0 || code == 3 else { throw .refused(code: code) }
    var found = DNSAnswer(nameExists: code == 0)
    guard !isTruncated else {
      answer = found
      return
    }
    for _ in 0..<answers { if let record = try reader.record() { found.records.append(record) } }
    // What an alias leads to may not exist; the alias does.
    if !found.records.isEmpty { found.nameExists = true }
    answer = found
  }
}

/// A cursor over a message.
private struct DNSReader {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func byte() throws(DNSFailure) -> UInt8 {
    guard offset < bytes.count else { throw .malformed }
    defer { offset += 1 }
    return bytes[offset]
  }

  mutating func word() throws(DNSFailure) -> UInt16 { UInt16(try byte()) << 8 | UInt16(try byte()) }

  mutating func skip(_ count: Int) throws(DNSFailure) {
    guard offset + count <= bytes.count else { throw .malformed }
    offset += count
  }

  mutating func take(_ count: Int) throws(DNSFailure) -> ArraySlice<UInt8> {
    let start = offset
    try skip(count)
    return bytes[start..<offset]
  }

  /// A name, its compression pointers followed; each leads further back, so that none can turn in a circle.
  mutating func name() throws(DNSFailure) -> String {
    var labels: [String] = []
    var length = 0
    var position = offset
    var isCompressed = false
    while true {
      guard position < bytes.count else { throw .malformed }
      let count = Int(bytes[position])
      if count & 0xC0 == 0xC0 {
        guard position + 1 < bytes.count else { throw .malformed }
        let target = (count & 0x3F) << 8 | Int(bytes[position + 1])
        guard target < position, target >= 12 else { throw .malformed }
        if !isCompressed { offset = position + 2 }
        isCompressed = true
        position = target
        continue
      }
      guard count & 0xC0 == 0, position + 1 + count <= bytes.count else { throw .malformed }
      position += 1
      if count == 0 { break }
      length += count + 1
      guard length <= 254 else { throw .malformed }
      labels.append(String(decoding: bytes[position..<(position + count)], as: UTF8.self).lowercased())
      position += count
    }
    if !isCompressed { offset = position }
    return labels.joined(separator: ".")
  }

  /// The next record; nil for a kind nobody asked for (signatures come along).
  mutating func record() throws(DNSFailure) -> DNSRecord? {
    let owner = try name()
    let (type, recordClass) = (try word(), try word())
    try skip(4)
    let length = Int(try word())
    let end = offset + length
    guard end <= bytes.count else { throw .malformed }
    guard recordClass == 1, let type = DNSRecordType(rawValue: type) else {
      offset = end
      return nil
    }
    let content = try content(type, length)
    guard offset == end else { throw .malformed }
    return DNSRecord(owner: owner, content: content)
  }

  private mutating func content(_ type: DNSRecordType, _ length: Int) throws(DNSFailure) -> DNSRecord.Content {
    switch type {
    case .a, .aaaa:
      guard length == (type == .a ? 4 : 16), let address = IPAddress(bytes: Array(try take(length))) else {
        throw .malformed
      }
      return .address(address)
    case .ns: return .nameServer(try name())
    case .cname: return .alias(try name())
    case .txt:
      // A record's strings of up to 255 bytes belong together.
      var (text, rest): ([UInt8], Int) = ([], length)
      while rest > 0 {
        let count = Int(try byte())
        guard count < rest else { throw .malformed }
        text += try take(count)
        rest -= count + 1
      }
      return .text(String(decoding: text, as: UTF8.self))
    }
  }
}
