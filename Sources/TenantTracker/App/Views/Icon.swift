import Foundation
import Web

/// Lucide's icons, inlined. The set that pages use is read once at start from the assets' `icons` folder.
struct IconSet: Sendable {
  private let paths: [String: HTML]

  /// Reads the icons that ``Icon`` names; one that is missing is drawn as nothing.
  init(directory: String) {
    var paths: [String: HTML] = [:]
    for icon in Icon.allCases {
      guard let text = try? String(contentsOfFile: "\(directory)/\(icon.rawValue).svg", encoding: .utf8),
        let start = text.range(of: ">", range: (text.range(of: "<svg")?.upperBound ?? text.startIndex)..<text.endIndex),
        let end = text.range(of: "</svg>")
      else { continue }
      paths[icon.rawValue] = HTML(unescaped: String(text[start.upperBound..<end.lowerBound]).trimmingCharacters(in: .whitespacesAndNewlines))
    }
    self.paths = paths
  }

  func callAsFunction(_ icon: Icon, small: Bool = false) -> HTML {
    """
    <svg class="icon\(if: small, " icon-sm")" viewBox="0 0 24 24" fill="none" stroke="currentColor" \
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">\(paths[icon.rawValue])</svg>
    """
  }
}

/// The icons in use, by Lucide's names.
enum Icon: String, CaseIterable, Sendable {
  case dashboard = "layout-dashboard"
  case campaigns = "megaphone"
  case offers = "badge-dollar-sign"
  case landings = "panels-top-left"
  case sources = "radio-tower"
  case networks = "handshake"
  case domains = "globe"
  case clicks = "mouse-pointer-click"
  case conversions = "circle-check-big"
  case users
  case license = "key-round"
  case settings
  case audit = "scroll-text"
  case menu
  case close = "x"
  case theme = "sun-moon"
  case signOut = "log-out"
  case add = "plus"
  case copy
  case edit = "pencil"
  case delete = "trash-2"
  case warning = "triangle-alert"
  case info
  case flows = "git-branch"
  case account = "circle-user-round"
  case external = "external-link"
  case balance = "scale"
}
