import CCurl
import Core

/// A URL as curl itself reads it, so that what we check is what curl connects to: numeric hosts in decimal, octal or
/// hexadecimal are already dotted quads here, names are in Punycode.
struct OutboundURL: Sendable {
  let text: String
  let scheme: String
  /// Without brackets, lower case, without a trailing dot.
  let host: String
  let port: Int

  /// Nil for anything but an absolute http or https URL.
  init?(_ text: String) {
    guard WebURL.isAbsolute(text), let url = Self.parse(text, against: nil) else { return nil }
    self = url
  }

  /// A `Location` seen in the answer from this URL.
  func resolving(_ reference: String) -> OutboundURL? { Self.parse(reference, against: text) }

  /// The address, when the host is one.
  var literalAddress: IPAddress? { IPAddress(host) }

  var isIPv6Literal: Bool { host.contains(":") }

  func hasSameOrigin(as other: OutboundURL) -> Bool {
    scheme == other.scheme && host == other.host && port == other.port
  }

  private static func parse(_ text: String, against base: String?) -> OutboundURL? {
    guard let handle = curl_url() else { return nil }
    defer { curl_url_cleanup(handle) }
    for step in [base, text].compactMap({ $0 }) {
      guard curl_url_set(handle, CURLUPART_URL, step, 0) == CURLUE_OK else { return nil }
    }
    guard let scheme = part(handle, CURLUPART_SCHEME)?.lowercased(), scheme == "http" || scheme == "https",
      var host = part(handle, CURLUPART_HOST, flags: punycode)?.lowercased(), part(handle, CURLUPART_ZONEID) == nil,
      let port = part(handle, CURLUPART_PORT, flags: defaultPort).flatMap({ Int($0) })
    else { return nil }
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
      guard IPAddress(host) != nil else { return nil }
    } else {
      if host.hasSuffix(".") { host.removeLast() }
      guard Hostname.isValid(host) || host.utf8.allSatisfy(isNameByte), !host.isEmpty,
        curl_url_set(handle, CURLUPART_HOST, host, 0) == CURLUE_OK
      else { return nil }
    }
    guard let whole = part(handle, CURLUPART_URL) else { return nil }
    return OutboundURL(text: whole, scheme: scheme, host: host, port: port)
  }

  private init(text: String, scheme: String, host: String, port: Int) {
    self.text = text
    self.scheme = scheme
    self.host = host
    self.port = port
  }

  /// DNS has names with underscores that RFC 1123 host names must not have.
  private static func isNameByte(_ byte: UInt8) -> Bool {
    byte.asciiDigit != nil || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x2E || byte == 0x5F
  }

  private static func part(_ handle: OpaquePointer, _ part: CURLUPart, flags: CUnsignedInt = 0) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }

  private static let punycode = CUnsignedInt(CURLU_PUNYCODE)
  private static let defaultPort = CUnsignedInt(CURLU_DEFAULT_PORT)
}
