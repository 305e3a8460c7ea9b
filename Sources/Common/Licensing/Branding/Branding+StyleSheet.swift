import Core
import Crypto

extension Branding {
  /// The style sheet that is loaded after ours; nil when the brand keeps our look. Shades that follow from the primary
  /// colour are chosen so that text stays readable in light and in dark.
  public var styleSheet: String? {
    let rules = [
      rule("[data-bs-theme=\"light\"]", lightColors + checked(.light, where: \.isColor)),
      rule("[data-bs-theme=\"dark\"]", darkColors + checked(.dark, where: \.isColor)),
      rule(":root, [data-bs-theme]", checked(.light) { !$0.isColor }),
    ].compactMap(\.self)
    return rules.isEmpty ? nil : rules.joined(separator: "\n") + "\n"
  }

  /// Changes with the content, so that browsers may keep the sheet for ever.
  public var styleSheetHash: String? {
    styleSheet.map { String(SHA256.hash(data: Array($0.utf8)).hex.prefix(16)) }
  }

  private typealias Declaration = (name: String, value: String)

  private var lightColors: [Declaration] { colors(on: .white) }
  private var darkColors: [Declaration] { colors(on: BrandColor(red: 0x16, green: 0x1A, blue: 0x22)) }

  /// - Parameter ground: what most of the page's text stands on.
  private func colors(on ground: BrandColor) -> [Declaration] {
    var declarations: [Declaration] = []
    if let primary {
      let shade = primary.readable(on: ground)
      declarations += [
        ("--ty-primary", shade.description),
        ("--ty-primary-hover", shade.mixed(with: ground.readableText, percent: 18).description),
        ("--ty-on-primary", shade.readableText.description), ("--tblr-primary-rgb", shade.components),
        ("--ty-selected", ground.mixed(with: shade, percent: 12).description),
      ]
    }
    if let link = link ?? primary {
      let shade = link.readable(on: ground)
      declarations += [("--ty-link", shade.description), ("--tblr-link-color-rgb", shade.components)]
    }
    return declarations
  }

  private func checked(_ theme: BrandVariable.Theme, where wanted: (BrandVariable) -> Bool) -> [Declaration] {
    BrandVariable.allCases.filter(wanted).compactMap { variable in
      variables[theme]?[variable].flatMap(variable.checked).map { (variable.rawValue, $0) }
    }
  }

  private func rule(_ selector: String, _ declarations: [Declaration]) -> String? {
    guard !declarations.isEmpty else { return nil }
    return "\(selector) { \(declarations.map { "\($0.name): \($0.value);" }.joined(separator: " ")) }"
  }
}
