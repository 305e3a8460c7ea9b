/// The id of a click or conversion: RFC 9562 version 7, so ids sort by time and name their own partition.
public struct UUIDv7: Hashable, Comparable, Sendable {
  public let high: UInt64
  public let low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// A new id minted at `time` (its millisecond), the other 74 bits from `generator`.
  public init(at time: Timestamp, using generator: inout some RandomNumberGenerator) {
    let milliseconds = UInt64(bitPattern: time.milliseconds) & 0xFFFF_FFFF_FFFF
    high = milliseconds << 16 | 0x7000 | generator.next() & 0x0FFF
    low = 0x8000_0000_0000_0000 | generator.next() & 0x3FFF_FFFF_FFFF_FFFF
  }

  public init(at time: Timestamp) {
    var generator = SystemRandomNumberGenerator()
    self.init(at: time, using: &generator)
  }

  /// The moment the id was minted, to the millisecond. Meaningless unless ``isVersion7``.
  public var timestamp: Timestamp { Timestamp(milliseconds: Int64(high >> 16)) }

  public var isVersion7: Bool { high >> 12 & 0xF == 7 && low >> 62 == 0b10 }

  /// The sixteen bytes in network order.
  public var bytes: [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * $0)) }
      + (0..<8).map { UInt8(truncatingIfNeeded: low >> (56 - 8 * $0)) }
  }

  public static func < (left: UUIDv7, right: UUIDv7) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

public typealias ClickID = UUIDv7
public typealias ConversionID = UUIDv7

extension UUIDv7 {
  /// The bound between the ids made before a moment and those made from then on, to the millisecond.
  public static func first(at time: Timestamp) -> UUIDv7 {
    UUIDv7(high: UInt64(max(0, time.milliseconds)) << 16, low: 0)
  }
}

extension UUIDv7: LosslessStringConvertible, Codable {
  /// Reads the 36 characters of RFC 9562's text form, in either case; any version.
  public init?(_ text: some StringProtocol) {
    let id = text.utf8.withContiguousStorageIfAvailable { UUIDv7(utf8: $0) }
    guard let id = id ?? Array(text.utf8).withUnsafeBufferPointer({ UUIDv7(utf8: $0) }) else { return nil }
    self = id
  }

  public init?(utf8: UnsafeBufferPointer<UInt8>) {
    guard utf8.count == 36 else { return nil }
    var words: (UInt64, UInt64) = (0, 0)
    var nibbles = 0
    for (index, byte) in utf8.enumerated() {
      if index == 8 || index == 13 || index == 18 || index == 23 {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      guard let nibble = byte.hexDigit else { return nil }
      if nibbles < 16 { words.0 = words.0 << 4 | UInt64(nibble) } else { words.1 = words.1 << 4 | UInt64(nibble) }
      nibbles += 1
    }
    self.init(high: words.0, low: words.1)
  }

  /// 36 lower-case characters.
  public var description: String {
    String(unsafeUninitializedCapacity: 36) { buffer in
      write(into: buffer)
      return 36
    }
  }

  /// Writes the 36 lower-case characters to the start of `buffer`.
  public func write(into buffer: UnsafeMutableBufferPointer<UInt8>) {
    var position = 0
    for nibble in 0..<32 {
      if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
        buffer[position] = UInt8(ascii: "-")
        position += 1
      }
      let word = nibble < 16 ? high : low
      let value = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (nibble & 15))) & 0xF
      buffer[position] = value < 10 ? 0x30 + value : 0x57 + value
      position += 1
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let id = UUIDv7(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a UUID")
    }
    self = id
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension UInt8 {
  /// 0...15 for an ASCII hexadecimal digit of either case.
  public var hexDigit: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46: self - 0x37
    case 0x61...0x66: self - 0x57
    default: nil
    }
  }
}
