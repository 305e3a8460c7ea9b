/// The text fields of a `multipart/form-data` body (RFC 7578), the form that many HTTP clients choose by themselves.
/// Parts with a file name are skipped, as is whatever is not well-formed.
struct MultipartFields {
  struct Part: Hashable {
    let name: String
    let value: ArraySlice<UInt8>
  }

  private(set) var parts: [Part] = []

  private static let mostParts = 1_000

  /// The `boundary` parameter of a content type.
  static func boundary(of contentType: String) -> String? {
    for parameter in contentType.split(separator: ";").dropFirst() {
      let pair = parameter.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, pair[0].lowercased().filter({ $0 != " " }) == "boundary" else { continue }
      let value = pair[1].trimmingPrefix(" ").filter { $0 != "\"" }
      return (1...70).contains(value.utf8.count) ? value : nil
    }
    return nil
  }

  init(_ body: [UInt8], boundary: String) {
    let delimiter = Array("--\(boundary)".utf8)
    guard var start = Self.find(delimiter, in: body[...])?.upperBound else { return }
    while parts.count < Self.mostParts, let end = Self.find(Array("\r\n".utf8) + delimiter, in: body[start...]) {
      if let part = Self.part(body[start..<end.lowerBound]) { parts.append(part) }
      start = end.upperBound
    }
  }

  /// A part without its delimiters: a line end, headers, an empty line, the value.
  private static func part(_ bytes: ArraySlice<UInt8>) -> Part? {
    guard let gap = find(Array("\r\n\r\n".utf8), in: bytes) else { return nil }
    let headers = String(decoding: bytes[..<gap.lowerBound], as: UTF8.self)
    for header in headers.split(separator: "\r\n") where header.lowercased().hasPrefix("content-disposition:") {
      var name: String?
      for parameter in header.split(separator: ";").dropFirst() {
        let pair = parameter.split(separator: "=", maxSplits: 1)
        guard pair.count == 2 else { continue }
        switch pair[0].lowercased().filter({ $0 != " " }) {
        case "name": name = pair[1].filter { $0 != "\"" }
        case "filename", "filename*": return nil
        default: break
        }
      }
      return name.map { Part(name: $0, value: bytes[gap.upperBound...]) }
    }
    return nil
  }

  private static func find(_ pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Range<Int>? {
    var position = bytes.startIndex
    while let candidate = bytes[position...].firstIndex(of: pattern[0]) {
      guard candidate + pattern.count <= bytes.endIndex else { return nil }
      if bytes[candidate...].starts(with: pattern) { return candidate..<candidate + pattern.count }
      position = candidate + 1
    }
    return nil
  }
}
