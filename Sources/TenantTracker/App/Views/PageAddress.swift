import Core

/// A page's path with its query, which holds all of the page's state: filters, range, place in a list.
struct PageAddress: Sendable, CustomStringConvertible {
  let path: String
  private(set) var items: [(name: String, value: String)]

  init(_ path: String, _ items: [(name: String, value: String)] = []) {
    self.path = path
    self.items = items.filter { !$0.value.isEmpty }
  }

  /// The same with one value changed; nil leaves it out.
  func with(_ name: String, _ value: String?) -> PageAddress {
    PageAddress(path, items.filter { $0.name != name } + [(name, value ?? "")])
  }

  func without(_ names: String...) -> PageAddress { PageAddress(path, items.filter { !names.contains($0.name) }) }

  var description: String {
    guard !items.isEmpty else { return path }
    let pairs = items.map { "\(PercentCoding.encodeComponent($0.name))=\(PercentCoding.encodeComponent($0.value))" }
    return "\(path)?\(pairs.joined(separator: "&"))"
  }
}
