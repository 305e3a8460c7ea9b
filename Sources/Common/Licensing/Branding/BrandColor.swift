import Core

/// An opaque sRGB colour: `#2f4bd8`.
public struct BrandColor: Hashable, Sendable, CustomStringConvertible {
  public let red: UInt8
  public let green: UInt8
  public let blue: UInt8

  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// `#rgb` or `#rrggbb`, of either case; nil for anything else.
  public init?(_ text: some StringProtocol) {
    let digits = text.utf8.dropFirst().compactMap(Self.value(ofDigit:))
    guard text.utf8.first == UInt8(ascii: "#"), digits.count == text.utf8.count - 1 else { return nil }
    switch digits.count {
    case 3: self.init(red: digits[0] * 17, green: digits[1] * 17, blue: digits[2] * 17)
    case 6:
      self.init(
        red: digits[0] << 4 | digits[1], green: digits[2] << 4 | digits[3], blue: digits[4] << 4 | digits[5])
    default: return nil
    }
  }

  public static let white = BrandColor(red: 255, green: 255, blue: 255)
  public static let black = BrandColor(red: 0, green: 0, blue: 0)

  /// `#rrggbb`, lower case.
  public var description: String { "#\([red, green, blue].hex)" }

  /// `47, 75, 216`, as style sheets need it to add transparency.
  public var components: String { "\(red), \(green), \(blue)" }

  /// The ratio by which WCAG 2 judges whether one is readable on the other: 1 to 21.
  public func contrast(with other: BrandColor) -> Double {
    let (first, second) = (luminance, other.luminance)
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)
  }

  /// The black or white that is better to read on this colour.
  public var readableText: BrandColor {
    contrast(with: .white) >= contrast(with: .black) ? .white : .black
  }

  /// The nearest shade of this colour that can be read as text on `ground` (4.5 to 1): mixed with black on a light
  /// ground, with white on a dark one, only as far as needed.
  public func readable(on ground: BrandColor) -> BrandColor {
    let towards = ground.readableText
    for percent in stride(from: 0, through: 100, by: 4) {
      let shade = mixed(with: towards, percent: percent)
      if shade.contrast(with: ground) >= 4.5 { return shade }
    }
    return towards
  }

  /// - Parameter percent: how much of the other, 0 to 100.
  public func mixed(with other: BrandColor, percent: Int) -> BrandColor {
    func mix(_ own: UInt8, _ others: UInt8) -> UInt8 {
      UInt8(clamping: (Int(own) * (100 - percent) + Int(others) * percent + 50) / 100)
    }
    return BrandColor(
      red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
  }

  /// Relative luminance, 0 (black) to 1 (white). The sRGB curve by its usual square: within 0.02 of WCAG's, without a
  /// maths library.
  private var luminance: Double {
    func linear(_ component: UInt8) -> Double {
      let part = Double(component) / 255
      return part * part * (0.2126 * part + 0.7874)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  private static func value(ofDigit byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
