/// Follows the static imports between our JavaScript modules, so that they are fetched under their hashed names too.
/// `import("...")` is left alone: what is loaded that way is not shipped.
enum ModuleImports {
  /// What a module imports, as names of files; those of others that are none of ours, too.
  /// - Parameter name: its own.
  static func imported(by bytes: [UInt8], at name: String) -> [String] {
    addresses(in: bytes).compactMap { target(of: bytes[$0], from: name) }
  }

  /// What each script among the files imports of them.
  /// - Parameter files: names and contents.
  static func graph(_ files: [String: [UInt8]]) -> [String: [String]] {
    var graph: [String: [String]] = [:]
    for (name, bytes) in files where name.hasSuffix(".js") {
      graph[name] = imported(by: bytes, at: name).filter { files[$0] != nil }
    }
    return graph
  }

  /// The scripts in the order in which their text can be made: each after those that it imports.
  /// - Parameter roots: where to begin; all of them when nil.
  static func order(_ graph: [String: [String]], from roots: [String]? = nil) -> [String] {
    var order: [String] = []
    var seen: Set<String> = []
    func visit(_ name: String) {
      guard let imports = graph[name], seen.insert(name).inserted else { return }
      for target in imports { visit(target) }
      order.append(name)
    }
    for name in roots ?? graph.keys.sorted() { visit(name) }
    return order
  }

  /// - Parameters:
  ///   - name: the module's own name, `editor/index.js`; addresses start at its folder.
  ///   - names: hashed names by plain ones.
  static func rewritten(_ bytes: [UInt8], at name: String, names: [String: String]) -> [UInt8] {
    var output: [UInt8] = []
    var index = 0
    for range in addresses(in: bytes) {
      guard let target = target(of: bytes[range], from: name), let file = names[target]?.split(separator: "/").last,
        let slash = bytes[range].lastIndex(of: UInt8(ascii: "/"))
      else { continue }
      output += bytes[index...slash]
      output += file.utf8
      index = range.upperBound
    }
    return index == 0 ? bytes : output + bytes[index...]
  }

  /// Where relative addresses stand: in quotes, behind `from` or `import`.
  private static func addresses(in bytes: [UInt8]) -> [Range<Int>] {
    bytes.withUnsafeBufferPointer { text in
      var found: [Range<Int>] = []
      var index = 7
      while index + 2 < text.count {
        // A dot behind a quote is rare enough to look closer.
        if text[index] == UInt8(ascii: "."),
          text[index - 1] == UInt8(ascii: "\"") || text[index - 1] == UInt8(ascii: "'"),
          text[index + 1] == UInt8(ascii: "/") || text[index + 1] == UInt8(ascii: "."),
          isImport(text, before: index - 1)
        {
          var end = index
          while end < text.count, text[end] != text[index - 1] { end += 1 }
          found.append(index..<end)
          index = end
        }
        index += 1
      }
      return found
    }
  }

  private static func isImport(_ text: UnsafeBufferPointer<UInt8>, before quote: Int) -> Bool {
    var end = quote
    while end > 0, text[end - 1] == 0x20 { end -= 1 }
    return ["from", "import"].contains { word in
      end >= word.utf8.count && text[(end - word.utf8.count)..<end].elementsEqual(word.utf8)
    }
  }

  private static func target(of address: ArraySlice<UInt8>, from name: String) -> String? {
    var parts = name.split(separator: "/").dropLast()
    for part in String(decoding: address, as: UTF8.self).split(separator: "/") where part != "." {
      if part == ".." {
        guard parts.popLast() != nil else { return nil }
      } else {
        parts.append(part)
      }
    }
    return parts.joined(separator: "/")
  }
}
