import ClickPath
import Core
import Foundation

/// A fetched page's bytes as UTF-8, whatever they came in.
enum PageText {
  /// - Parameter contentType: as the server says; it goes before what the page says of itself.
  static func utf8(_ bytes: [UInt8], contentType: String?) -> [UInt8] {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
    let name = charset(of: contentType) ?? ownCharset(bytes) ?? "utf-8"
    guard let encoding = encodings[name], let text = String(data: Data(bytes), encoding: encoding) else {
      return Array(String(decoding: bytes, as: UTF8.self).utf8)
    }
    return Array(text.utf8)
  }

  /// What the page calls itself; nil if it does not.
  static func title(_ html: [UInt8]) -> String? {
    var scanner = HTMLScanner(html)
    while let token = scanner.next() {
      if case .raw("title", let range) = token {
        let title = String(decoding: html[range], as: UTF8.self).split(whereSeparator: \.isWhitespace)
          .joined(separator: " ").replacing("&amp;", with: "&")
        return title.isEmpty ? nil : String(title.prefix(120))
      }
    }
    return nil
  }

  private static func charset(of contentType: String?) -> String? {
    contentType.flatMap { type in
      type.lowercased().firstRange(of: "charset=").map { mark in
        type.lowercased()[mark.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" }.trimmed
      }
    }
  }

  private static func ownCharset(_ bytes: [UInt8]) -> String? {
    let head = Array(bytes.prefix(2_048))
    var scanner = HTMLScanner(head)
    while let token = scanner.next() {
      guard case .tag(let tag) = token, tag.name == "meta", !tag.isEnd else { continue }
      let text = { (name: String) -> String? in
        tag[name]?.value.map { String(decoding: head[$0], as: UTF8.self).lowercased() }
      }
      if let name = text("charset") { return name.trimmed }
      if text("http-equiv") == "content-type", let name = charset(of: text("content")) { return name }
    }
    return nil
  }

  /// Browsers read Latin-1 as Windows' version of it.
  private static let encodings: [String: String.Encoding] = [
    "utf-8": .utf8, "utf8": .utf8, "iso-8859-1": .windowsCP1252, "latin1": .windowsCP1252, "us-ascii": .windowsCP1252,
    "windows-1252": .windowsCP1252, "iso-8859-2": .isoLatin2, "windows-1250": .windowsCP1250,
    "windows-1251": .windowsCP1251, "windows-1253": .windowsCP1253, "windows-1254": .windowsCP1254,
    "utf-16": .utf16, "utf-16le": .utf16LittleEndian, "utf-16be": .utf16BigEndian, "shift_jis": .shiftJIS,
    "euc-jp": .japaneseEUC, "iso-2022-jp": .iso2022JP,
  ]
}
