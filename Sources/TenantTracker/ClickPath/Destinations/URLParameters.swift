import Core

/// Adding parameters to a finished URL.
enum URLParameters {
  /// No server takes longer addresses.
  static let urlLimit = 16_384

  /// Appends `name=value` to the query: after `?` or `&` as needed, before a fragment. The value needs no encoding.
  static func append(_ name: StaticString, _ value: [UInt8], to url: inout [UInt8]) {
    append(pair: Array(name.bytes) + [UInt8(ascii: "=")] + value, to: &url)
  }

  /// Hands the pairs of a request's raw query on, but for those that the URL has by that name already, those that are
  /// meant for us, and macros that the source should have replaced.
  static func pass(_ query: Substring, keeping kept: (UnsafeBufferPointer<UInt8>) -> Bool, to url: inout [UInt8]) {
    var taken = names(in: url)
    var pairs: [[UInt8]] = []
    QueryReader.forEach(in: query) { name, value in
      guard kept(name), taken.insert(Array(name)).inserted else { return }
      if let text = StoredText.decode(value, limit: StoredText.parameterLimit), UnreplacedMacro.matches(text) { return }
      var pair: [UInt8] = []
      for byte in name { PercentCoding.append(encoded: byte, to: &pair) }
      pair.append(UInt8(ascii: "="))
      for byte in value {
        if byte == UInt8(ascii: "#") { pair.append(contentsOf: "%23".utf8) } else { pair.append(urlByte: byte) }
      }
      pairs.append(pair)
    }
    for pair in pairs where url.count + pair.count < urlLimit { append(pair: pair, to: &url) }
  }

  private static func append(pair: [UInt8], to url: inout [UInt8]) {
    let (mark, end) = url.withUnsafeBufferPointer { bytes in
      let end = bytes.index(of: UInt8(ascii: "#"))
      return (bytes.part(0..<end).index(of: UInt8(ascii: "?")), end)
    }
    let fragment = Array(url[end...])
    url.removeSubrange(end...)
    if mark >= end {
      url.append(UInt8(ascii: "?"))
    } else if url.last != UInt8(ascii: "?"), url.last != UInt8(ascii: "&") {
      url.append(UInt8(ascii: "&"))
    }
    url.append(contentsOf: pair)
    url.append(contentsOf: fragment)
  }

  private static func names(in url: [UInt8]) -> Set<[UInt8]> {
    let head = url.prefix { $0 != UInt8(ascii: "#") }
    guard let mark = head.firstIndex(of: UInt8(ascii: "?")) else { return [] }
    var names: Set<[UInt8]> = []
    QueryReader.forEach(in: Substring(decoding: head[(mark + 1)...], as: UTF8.self)) { name, _ in
      names.insert(Array(name))
    }
    return names
  }

  /// Whether a visitor may be sent there: an address of the web with a host.
  static func isDestination(_ url: [UInt8]) -> Bool {
    url.withUnsafeBufferPointer { bytes in
      guard bytes.count <= urlLimit else { return false }
      let schemes: [StaticString] = ["https://", "http://"]
      guard
        let scheme = schemes.first(where: {
          bytes.count > $0.utf8CodeUnitCount && bytes.has(caseInsensitively: $0.bytes, at: 0)
        })
      else { return false }
      return !"/?#:@.".utf8.contains(bytes[scheme.utf8CodeUnitCount])
    }
  }
}
