/// Reads fixed-width numbers from ASCII text; every step says whether it fitted.
struct DigitReader {
  private let bytes: [UInt8]
  private var index = 0

  init(_ text: some Sequence<UInt8>) { bytes = Array(text) }

  var isAtEnd: Bool { index == bytes.count }

  mutating func number(width: Int) -> Int? {
    guard index + width <= bytes.count else { return nil }
    var value = 0
    for byte in bytes[index..<index + width] {
      guard let digit = byte.asciiDigit else { return nil }
      value = value * 10 + digit
    }
    index += width
    return value
  }

  /// A run of at least one digit read as a fraction scaled to `digits` places; what is finer is cut off.
  mutating func fraction(digits places: Int) -> Int? {
    var value = 0
    var read = 0
    while index < bytes.count, let digit = bytes[index].asciiDigit {
      if read < places { value = value * 10 + digit }
      read += 1
      index += 1
    }
    guard read > 0 else { return nil }
    while read < places {
      value *= 10
      read += 1
    }
    return value
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }
}

/// Writes ASCII into a string's uninitialized storage.
struct DigitWriter {
  let buffer: UnsafeMutableBufferPointer<UInt8>
  private(set) var count = 0

  init(buffer: UnsafeMutableBufferPointer<UInt8>) { self.buffer = buffer }

  mutating func write(ascii character: Unicode.Scalar) {
    buffer[count] = UInt8(ascii: character)
    count += 1
  }

  mutating func write(_ number: Int, width: Int) {
    var rest = number
    for place in stride(from: width - 1, through: 0, by: -1) {
      buffer[count + place] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    }
    count += width
  }
}

extension UInt8 {
  /// 0...9 for an ASCII digit.
  public var asciiDigit: Int? { self >= 0x30 && self <= 0x39 ? Int(self) - 0x30 : nil }
}
