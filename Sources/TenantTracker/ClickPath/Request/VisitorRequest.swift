public import Core

/// A visitor's request as the click path sees it: no HTTP library, nothing that is not looked at.
public struct VisitorRequest: Sendable {
  public enum Method: Sendable {
    case get, head, post, options, other
  }

  public var method: Method
  /// Whether the visitor speaks https, to us or to a trusted proxy before us.
  public var isSecure: Bool
  /// The Host header as it came; may carry a port.
  public var host: String
  /// Undecoded, up to the question mark.
  public var path: Substring
  /// Undecoded, without the question mark.
  public var query: Substring
  public var headers: VisitorHeaders
  /// The visitor's address, trusted proxies already seen through.
  public var address: IPAddress
  public var now: Timestamp

  /// - Parameter target: The request target in origin form: `/c/slug?sub1=a`.
  public init(
    method: Method, target: String, host: String, isSecure: Bool, headers: VisitorHeaders, address: IPAddress,
    now: Timestamp
  ) {
    self.method = method
    self.isSecure = isSecure
    self.host = host
    self.headers = headers
    self.address = address
    self.now = now
    let length = target.utf8Buffer { $0.index(of: UInt8(ascii: "?")) }
    let mark = target.utf8.index(target.startIndex, offsetBy: length)
    path = target[..<mark]
    query = mark < target.endIndex ? target[target.utf8.index(after: mark)...] : ""
  }
}

/// The headers that some step reads, picked out of a request in one pass.
public struct VisitorHeaders: Sendable {
  public private(set) var userAgent: String?
  public private(set) var acceptLanguage: String?
  public private(set) var referrer: String?
  public private(set) var cookie: String?
  public private(set) var secPurpose: String?
  public private(set) var purpose: String?
  public private(set) var mozPurpose: String?
  public private(set) var previewPurpose: String?
  public private(set) var hints = ClientHints()

  public init() {}

  public init(_ fields: KeyValuePairs<String, String>) {
    for (name, value) in fields { take(name, value) }
  }

  /// Keeps the value if a step wants this header (any case). The first of a kind stays, but cookies add up.
  public mutating func take(_ name: String, _ value: String) { name.utf8Buffer { take($0, value) } }

  /// - Parameter value: Made only for a header that is wanted.
  public mutating func take(_ name: UnsafeBufferPointer<UInt8>, _ value: @autoclosure () -> String) {
    // The length alone rules most headers out.
    switch name.count {
    case 5: if name.equals(caseInsensitively: "x-moz") { mozPurpose = mozPurpose ?? value() }
    case 6: if name.equals(caseInsensitively: "cookie") { cookie = cookie.map { "\($0); \(value())" } ?? value() }
    case 7:
      if name.equals(caseInsensitively: "referer") {
        referrer = referrer ?? value()
      } else if name.equals(caseInsensitively: "purpose") {
        purpose = purpose ?? value()
      }
    case 9:
      if name.equals(caseInsensitively: "sec-ch-ua") {
        hints.brands = hints.brands ?? value()
      } else if name.equals(caseInsensitively: "x-purpose") {
        previewPurpose = previewPurpose ?? value()
      }
    case 10: if name.equals(caseInsensitively: "user-agent") { userAgent = userAgent ?? value() }
    case 11: if name.equals(caseInsensitively: "sec-purpose") { secPurpose = secPurpose ?? value() }
    case 15:
      if name.equals(caseInsensitively: "accept-language") {
        acceptLanguage = acceptLanguage ?? value()
      } else if name.equals(caseInsensitively: "sec-ch-ua-model") {
        hints.model = hints.model ?? value()
      }
    case 16: if name.equals(caseInsensitively: "sec-ch-ua-mobile") { hints.mobile = hints.mobile ?? value() }
    case 18: if name.equals(caseInsensitively: "sec-ch-ua-platform") { hints.platform = hints.platform ?? value() }
    default: break
    }
  }

  /// The visitor's latest click, as the browser remembers it.
  public var click: ClickID? { id(inCookie: ClickCookie.name) }

  /// The id in a cookie of ours; nil when there is none by that name or it holds something else.
  func id(inCookie name: StaticString) -> UUIDv7? {
    cookie?.utf8Buffer { bytes in
      var start = 0
      while start < bytes.count {
        let end = bytes.index(of: UInt8(ascii: ";"), from: start)
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        let valueStart = start + name.utf8CodeUnitCount + 1
        if valueStart <= end, bytes.has(name, at: start), bytes[valueStart - 1] == UInt8(ascii: "=") {
          return UUIDv7(utf8: bytes.part(valueStart..<end))
        }
        start = end + 1
      }
      return nil
    }
  }
}
