import Core
import Foundation

/// The addresses in a page or style sheet: found, and written anew. One walk serves both, so what was fetched is what is
/// written.
struct PageReferences: Sendable {
  /// What an address is for.
  enum Use: Sendable, Hashable {
    /// A file to take along.
    case asset
    /// A place to go to: stays, but must not depend on where the page lies.
    case link
  }

  /// What becomes of an address; nil for one that stays as written.
  typealias Writer = (_ address: String, _ base: String?, Use) -> String?

  /// Sees to an HTML page. Gives the page with what `write` says in the place of its addresses.
  /// - Parameters:
  ///   - base: the page's own address; a `<base>` in it goes, its word is heeded.
  ///   - dropped: told of what our own page can't have.
  static func rewrite(
    html: [UInt8], base: String?, dropped: (String) -> Void = { _ in }, _ write: Writer
  ) -> [UInt8] {
    var walk = HTMLWalk(html: html, base: base)
    walk.run(dropped, write)
    return walk.edits.applied(to: html)
  }

  /// Sees to a style sheet, or to the content of a `style` element or attribute.
  static func rewrite(css: [UInt8], base: String?, _ write: Writer) -> [UInt8] {
    var edits = ByteEdits()
    StyleReferences.forEach(in: css, 0..<css.count) { range, address in
      if let new = write(address, base, .asset) { edits.replace(range, with: StyleReferences.quoted(new)) }
    }
    return edits.applied(to: css)
  }

  /// An absolute http(s) address without its fragment; nil for anything else.
  static func absolute(_ reference: String, base: String?) -> String? {
    let text = reference.trimmed.filter { !$0.isNewline && $0 != "\t" }
    guard !text.isEmpty, !text.hasPrefix("#") else { return nil }
    let encoded = encode(String(text.prefix { $0 != "#" }))
    let url = base.flatMap { URL(string: $0) }.map { URL(string: encoded, relativeTo: $0) } ?? URL(string: encoded)
    guard let whole = url?.absoluteURL.absoluteString, WebURL.isAbsolute(whole) else { return nil }
    return whole
  }

  /// Blanks and letters outside of ASCII as URLs have them.
  private static func encode(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if byte <= 0x20 || byte >= 0x7F || "\"<>\\^`{|}".utf8.contains(byte) {
        PercentCoding.append(encoded: byte, to: &bytes)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Changes to bytes, made in one go.
struct ByteEdits {
  private var edits: [(range: Range<Int>, text: [UInt8])] = []

  mutating func replace(_ range: Range<Int>, with text: String) { edits.append((range, Array(text.utf8))) }

  func applied(to bytes: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + edits.count * 32)
    var index = 0
    for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) where edit.range.lowerBound >= index {
      output += bytes[index..<edit.range.lowerBound]
      output += edit.text
      index = edit.range.upperBound
    }
    return output + bytes[index...]
  }
}
