import Foundation

/// Lucide's icons, inlined into pages. The ones in use are read once at start.
public struct SVGIcons: Sendable {
  private let shapes: [String: HTML]

  /// Reads `<name>.svg` from the first of the directories that has it; one that is missing is drawn as nothing.
  public init(named names: [String], in directories: [String]) {
    var shapes: [String: HTML] = [:]
    for name in names {
      for directory in directories {
        guard let text = try? String(contentsOfFile: "\(directory)/\(name).svg", encoding: .utf8),
          let open = text.range(of: "<svg"), let start = text.range(of: ">", range: open.upperBound..<text.endIndex),
          let end = text.range(of: "</svg>")
        else { continue }
        shapes[name] = HTML(
          unescaped: String(text[start.upperBound..<end.lowerBound]).trimmingCharacters(in: .whitespacesAndNewlines))
        break
      }
    }
    self.shapes = shapes
  }

  /// The icon as decoration: what it means stands beside it or in its button's label.
  public func callAsFunction(_ name: String) -> HTML {
    """
    <svg class="ty-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" \
    stroke-linejoin="round" aria-hidden="true">\(shapes[name])</svg>
    """
  }
}
