/// The binary form of `numeric`: base-10,000 digits and the power of the first one.
struct SQLNumeric {
  private let digits: [Int64]
  private let weight: Int
  private let isNegative: Bool

  private static let positive: UInt16 = 0x0000
  private static let negative: UInt16 = 0x4000

  /// Nil for malformed bytes and for `NaN` and the infinities.
  init?(_ bytes: ArraySlice<UInt8>) {
    var reader = BinaryReader(bytes)
    guard let count = reader.integer(Int16.self), let weight = reader.integer(Int16.self),
      let sign = reader.integer(UInt16.self), reader.integer(UInt16.self) != nil,
      sign == Self.positive || sign == Self.negative
    else { return nil }
    var digits: [Int64] = []
    for _ in 0..<count {
      guard let digit = reader.integer(Int16.self) else { return nil }
      digits.append(Int64(digit))
    }
    self.digits = digits
    self.weight = Int(weight)
    isNegative = sign == Self.negative
  }

  /// The value, when it has no fraction and fits.
  var int64: Int64? {
    guard digits.dropFirst(max(0, weight + 1)).allSatisfy({ $0 == 0 }) else { return nil }
    guard !digits.isEmpty, weight >= 0 else { return 0 }
    var value: Int64 = 0
    for place in 0...weight {
      let digit = place < digits.count ? digits[place] : 0
      let (shifted, overflowed) = value.multipliedReportingOverflow(by: 10_000)
      let (sum, carried) = shifted.addingReportingOverflow(isNegative ? -digit : digit)
      guard !overflowed, !carried else { return nil }
      value = sum
    }
    return value
  }

  /// The nearest double: the decimal text is what the standard library rounds correctly.
  var double: Double {
    var text = isNegative ? "-" : ""
    for digit in digits {
      let group = String(digit)
      text += String(repeating: "0", count: 4 - group.utf8.count) + group
    }
    return Double("\(digits.isEmpty ? "0" : text)e\((weight + 1 - digits.count) * 4)") ?? .nan
  }
}
