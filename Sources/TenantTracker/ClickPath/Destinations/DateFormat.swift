import Core

/// The pattern of a `{date:...}` macro: `yyyy`, `MM`, `dd`, `HH`, `mm`, `ss`, `X` (Unix seconds); the rest is literal.
struct DateFormat: Hashable, Sendable {
  private enum Part: Hashable, Sendable {
    case year, month, day, hour, minute, second, unixSeconds
    case literal(UInt8)
  }

  private var parts: [Part] = []

  /// An empty pattern is `yyyy-MM-dd`.
  init(_ pattern: String) {
    var rest = Substring(pattern.isEmpty ? "yyyy-MM-dd" : pattern)
    let tokens: [(String, Part)] = [
      ("yyyy", .year), ("MM", .month), ("dd", .day), ("HH", .hour), ("mm", .minute), ("ss", .second),
      ("X", .unixSeconds),
    ]
    while let byte = rest.utf8.first {
      if let (token, part) = tokens.first(where: { rest.hasPrefix($0.0) }) {
        parts.append(part)
        rest = rest.dropFirst(token.count)
      } else {
        parts.append(.literal(byte))
        rest = Substring(rest.utf8.dropFirst())
      }
    }
  }

  func text(of time: Timestamp, on clock: LocalClock) -> [UInt8] {
    let wall = clock.wallTime(at: time)
    let date = wall.utcDate
    let second = Int((wall - date.utcMidnight).components.seconds)
    var text: [UInt8] = []
    for part in parts {
      switch part {
      case .year: text.append(decimal: date.year, width: 4)
      case .month: text.append(decimal: date.month, width: 2)
      case .day: text.append(decimal: date.day, width: 2)
      case .hour: text.append(decimal: second / 3_600, width: 2)
      case .minute: text.append(decimal: second / 60 % 60, width: 2)
      case .second: text.append(decimal: second % 60, width: 2)
      case .unixSeconds: text.append(decimal: Int(time.seconds), width: 1)
      case .literal(let byte): text.append(byte)
      }
    }
    return text
  }
}

extension [UInt8] {
  /// Decimal digits, zero-padded to `width`.
  mutating func append(decimal value: Int, width: Int = 1) {
    if value < 0 { append(UInt8(ascii: "-")) }
    let start = count
    var rest = value.magnitude
    while rest > 0 || count - start < width {
      append(0x30 + UInt8(rest % 10))
      rest /= 10
    }
    self[start...].reverse()
  }
}
