import Core

/// Follows the `url(…)` of a style sheet, so that fonts and images are fetched under their hashed names too.
enum StyleSheet {
  /// - Parameters:
  ///   - name: the sheet's own name, `css/app.css`; relative addresses start at its folder.
  ///   - names: hashed names by plain ones.
  static func rewritten(_ bytes: [UInt8], at name: String, names: [String: String]) -> [UInt8] {
    let folder = name.split(separator: "/").dropLast().map(String.init)
    var output = ""
    var rest = String(decoding: bytes, as: UTF8.self)[...]
    while let open = rest.firstRange(of: "url("), let close = rest[open.upperBound...].firstIndex(of: ")") {
      let address = rest[open.upperBound..<close].trimmed
      let bare = address.trimmingQuotes
      output += rest[..<open.upperBound]
      if let hashed = target(of: bare, from: folder, names: names) {
        output += "\"\(hashed)\""
      } else {
        output += address
      }
      rest = rest[close...]
    }
    output += rest
    return Array(output.utf8)
  }

  /// The same address with the hashed file name; nil if it leads to none of our files.
  private static func target(of address: String, from folder: [String], names: [String: String]) -> String? {
    guard !address.isEmpty, !address.hasPrefix("/"), !address.contains(":") else { return nil }
    let path = address.prefix { $0 != "?" && $0 != "#" }
    var parts = folder
    for part in path.split(separator: "/") where part != "." {
      if part == ".." {
        guard parts.popLast() != nil else { return nil }
      } else {
        parts.append(String(part))
      }
    }
    guard let hashed = names[parts.joined(separator: "/")], let file = hashed.split(separator: "/").last else {
      return nil
    }
    let kept = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    return "\(kept)\(file)\(address[path.endIndex...])"
  }
}

extension String {
  var trimmingQuotes: String {
    guard count >= 2, let first, first == last, first == "\"" || first == "'" else { return self }
    return String(dropFirst().dropLast())
  }
}
