import Foundation
import Web

/// Lucide's icons, inlined. Those that ``Icon`` names are read once at start from the assets' `icons` folder.
struct IconSet: Sendable {
  private let shapes: [Icon: HTML]

  /// An icon whose file is missing is drawn as nothing.
  init(directory: String) {
    var shapes: [Icon: HTML] = [:]
    for icon in Icon.allCases {
      guard let text = try? String(contentsOfFile: "\(directory)/\(icon.rawValue).svg", encoding: .utf8) else {
        continue
      }
      shapes[icon] = Self.content(of: text)
    }
    self.shapes = shapes
  }

  func contains(_ icon: Icon) -> Bool { shapes[icon] != nil }

  /// What is inside the `<svg>`: the frame around it is ours.
  private static func content(of text: String) -> HTML? {
    guard let frame = text.range(of: "<svg"), let end = text.range(of: "</svg>"),
      let start = text.range(of: ">", range: frame.upperBound..<text.endIndex)
    else { return nil }
    let shape = text[start.upperBound..<end.lowerBound].split(whereSeparator: \.isNewline)
    return HTML(unescaped: shape.map { $0.trimmingCharacters(in: .whitespaces) }.joined())
  }

  /// Decoration beside words: screen readers pass over it.
  func callAsFunction(_ icon: Icon, small: Bool = false) -> HTML {
    """
    <svg class="ty-icon\(if: small, " ty-icon-sm")" viewBox="0 0 24 24" fill="none" stroke="currentColor" \
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">\(shapes[icon])</svg>
    """
  }
}
