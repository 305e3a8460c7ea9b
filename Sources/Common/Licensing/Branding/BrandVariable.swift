/// The design tokens that a brand may set, each with the values it takes. Whatever is not in this list, or has another
/// value, never reaches a style sheet: there is nothing to escape and nothing to inject.
public enum BrandVariable: String, Sendable, CaseIterable {
  case background = "--ty-bg"
  case surface = "--ty-surface"
  case rail = "--ty-rail"
  case hover = "--ty-hover"
  case selected = "--ty-selected"
  case line = "--ty-line"
  case text = "--ty-text"
  case softText = "--ty-soft-text"
  case radius = "--tblr-border-radius"
  case cardRadius = "--tblr-border-radius-lg"
  case font = "--tblr-font-sans-serif"

  /// Which of the two looks a value is for.
  public enum Theme: String, Sendable, CaseIterable { case light, dark }

  /// Fonts that every system has; a brand brings no font files.
  public static let fonts = ["Inter", "system-ui", "sans-serif", "serif", "Georgia", "Arial", "Verdana", "monospace"]

  /// The value as it goes into the style sheet; nil when it is not one that this token takes.
  public func checked(_ value: String) -> String? {
    switch self {
    case .background, .surface, .rail, .hover, .selected, .line, .text, .softText:
      BrandColor(value)?.description
    case .radius, .cardRadius: Self.pixels(value).map { "\($0)px" }
    case .font: Self.fonts.first { $0 == value }.map { $0 == "sans-serif" ? $0 : "\($0), sans-serif" }
    }
  }

  /// Colours differ between light and dark; the rest does not.
  public var isColor: Bool {
    switch self {
    case .radius, .cardRadius, .font: false
    default: true
    }
  }

  /// What the token takes, for whoever wrote something else.
  public var requirement: String {
    switch self {
    case .radius, .cardRadius: "must be 0px to 24px"
    case .font: "must be one of \(Self.fonts.joined(separator: ", "))"
    default: "must be a colour such as #2f4bd8"
    }
  }

  private static func pixels(_ value: String) -> Int? {
    let digits = value.hasSuffix("px") ? value.dropLast(2) : value[...]
    guard (1...2).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int(digits), number <= 24
    else { return nil }
    return number
  }
}
