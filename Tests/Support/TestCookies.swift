import Core

/// The cookies of one test client: kept by name and path, deleted by `Max-Age=0`.
struct TestCookies {
  private struct Entry {
    let name: String
    let value: String
    let path: String
  }

  private var entries: [Entry] = []

  mutating func store(_ header: String) {
    let parts = header.split(separator: ";").map(\.trimmed)
    guard let pair = parts.first, let equals = pair.firstIndex(of: "=") else { return }
    let name = String(pair[..<equals])
    let attributes = parts.dropFirst().map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
    func attribute(_ wanted: String) -> String? {
      attributes.first { $0.first?.lowercased() == wanted }.map { $0.count > 1 ? $0[1] : "" }
    }
    let path = attribute("path") ?? "/"
    entries.removeAll { $0.name == name && $0.path == path }
    if attribute("max-age") != "0" {
      entries.append(Entry(name: name, value: String(pair[pair.index(after: equals)...]), path: path))
    }
  }

  func value(_ name: String) -> String? { entries.first { $0.name == name }?.value }

  /// The `Cookie` header for a target; nil if none fits.
  func header(for target: String) -> String? {
    let path = target.prefix { $0 != "?" }
    let fitting = entries.filter { entry in
      path == entry.path
        || (path.hasPrefix(entry.path)
          && (entry.path.hasSuffix("/") || path.dropFirst(entry.path.count).hasPrefix("/")))
    }
    return fitting.isEmpty ? nil : fitting.map { "\($0.name)=\($0.value)" }.joined(separator: "; ")
  }
}
