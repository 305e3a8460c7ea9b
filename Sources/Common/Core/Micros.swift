/// An amount of money in millionths of its currency's unit, so that sums of many tiny costs stay exact.
public struct Micros: Hashable, Comparable, Sendable {
  public let rawValue: Int64

  public init(rawValue: Int64) { self.rawValue = rawValue }

  public static let zero = Micros(rawValue: 0)

  /// Reads a plain decimal: `10.50`, `10,50`, `-3`, `.5`, `1e2` refused. Past six places it rounds half to even.
  /// Nil for anything else and for amounts beyond ±9.2 trillion.
  public init?(_ decimal: some StringProtocol) {
    let amount = decimal.utf8.withContiguousStorageIfAvailable { Micros(utf8: $0) }
    guard let amount = amount ?? Array(decimal.utf8).withUnsafeBufferPointer({ Micros(utf8: $0) }) else { return nil }
    self = amount
  }

  public init?(utf8 decimal: UnsafeBufferPointer<UInt8>) {
    var digits: [UInt8] = []
    var places: Int?
    var isNegative = false
    for (index, byte) in decimal.enumerated() {
      switch byte {
      case UInt8(ascii: "-") where index == 0: isNegative = true
      case UInt8(ascii: "+") where index == 0: break
      case UInt8(ascii: "."), UInt8(ascii: ","):
        guard places == nil else { return nil }
        places = 0
      case 0x30...0x39:
        digits.append(byte - 0x30)
        if let count = places { places = count + 1 }
      default: return nil
      }
    }
    guard !digits.isEmpty, digits.count <= 64 else { return nil }
    let excess = (places ?? 0) - 6
    if excess > 0 {
      let dropped = digits.suffix(excess)
      digits.removeLast(min(excess, digits.count))
      if dropped.roundsUp(before: digits.last ?? 0) { digits.increment() }
    } else {
      digits.append(contentsOf: repeatElement(0, count: -excess))
    }
    var value: Int64 = 0  // below zero, where there is one more
    for digit in digits {
      let (shifted, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = shifted.subtractingReportingOverflow(Int64(digit))
      guard !overflowed, !carried else { return nil }
      value = sum
    }
    guard isNegative || value != .min else { return nil }
    self.init(rawValue: isNegative ? value : -value)
  }

  public static func < (left: Micros, right: Micros) -> Bool { left.rawValue < right.rawValue }
  public static func + (left: Micros, right: Micros) -> Micros { Micros(rawValue: left.rawValue + right.rawValue) }
  public static func - (left: Micros, right: Micros) -> Micros { Micros(rawValue: left.rawValue - right.rawValue) }
  public static func += (left: inout Micros, right: Micros) { left = left + right }
  public static func * (amount: Micros, count: Int64) -> Micros { Micros(rawValue: amount.rawValue * count) }
  public static prefix func - (amount: Micros) -> Micros { Micros(rawValue: -amount.rawValue) }
}

extension ArraySlice<UInt8> {
  /// Whether cutting these digits off rounds the digit before them up, halves going to the even neighbour.
  fileprivate func roundsUp(before last: UInt8) -> Bool {
    guard let first else { return false }
    if first != 5 { return first > 5 }
    return dropFirst().contains { $0 != 0 } || !last.isMultiple(of: 2)
  }
}

extension [UInt8] {
  /// Adds one to a number kept as decimal digits.
  fileprivate mutating func increment() {
    for index in indices.reversed() {
      if self[index] < 9 {
        self[index] += 1
        return
      }
      self[index] = 0
    }
    insert(1, at: 0)
  }
}

extension Micros: CustomStringConvertible, Codable {
  /// `10.50`: at least two places, at most six, a point, no grouping.
  public var description: String {
    let magnitude = rawValue.magnitude
    var fraction = String(magnitude % 1_000_000)
    fraction = String(repeating: "0", count: 6 - fraction.count) + fraction
    while fraction.utf8.count > 2, fraction.utf8.last == UInt8(ascii: "0") { fraction.removeLast() }
    return "\(rawValue < 0 ? "-" : "")\(magnitude / 1_000_000).\(fraction)"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let amount = Micros(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a decimal amount")
    }
    self = amount
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
