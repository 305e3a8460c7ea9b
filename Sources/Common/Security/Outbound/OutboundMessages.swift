import Core

/// A header field as sent or received.
public struct HeaderField: Sendable, Hashable {
  public let name: String
  public let value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// An RFC 9110 token, and a value without control characters: nothing that could begin another field.
  var isValid: Bool {
    !name.isEmpty && name.utf8.allSatisfy(Self.isToken)
      && value.utf8.allSatisfy { $0 == 0x09 || $0 >= 0x20 && $0 != 0x7F }
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    byte.asciiDigit != nil || (0x61...0x7A).contains(byte | 0x20) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
  }
}

extension [HeaderField] {
  /// The first value under `name`, in any case.
  public subscript(name: String) -> String? { first { $0.name.lowercased() == name.lowercased() }?.value }
}

/// A request to a host that a user or an operator has named.
public struct OutboundRequest: Sendable {
  public enum Method: String, Sendable {
    case get = "GET", head = "HEAD", post = "POST", put = "PUT", patch = "PATCH", delete = "DELETE"
  }

  public var method: Method
  public var url: String
  public var headers: [HeaderField]
  public var body: [UInt8]

  public init(_ method: Method = .get, _ url: String, headers: [HeaderField] = [], body: [UInt8] = []) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }
}

/// A complete answer.
public struct OutboundResponse: Sendable {
  public let status: Int
  public let headers: [HeaderField]
  /// Decompressed.
  public let body: [UInt8]

  public var isSuccess: Bool { (200..<300).contains(status) }
  public var text: String { String(decoding: body, as: UTF8.self) }
}

/// Bounds on one request.
public struct OutboundLimits: Sendable {
  public var connectTimeout: Duration
  /// From the look-up of the name to the last byte, redirects included.
  public var totalTimeout: Duration
  /// Bytes of the answer's body after decompression.
  public var responseSize: Int
  /// Redirects followed, each checked like the first address. With 0 the answer is the redirect itself.
  public var redirects: Int
  /// How long not a byte may come, in whole seconds; nil for as long as the total allows.
  public var stallTimeout: Duration?

  public init(
    connectTimeout: Duration = .seconds(5), totalTimeout: Duration = .seconds(15), responseSize: Int = 1_048_576,
    redirects: Int = 0, stallTimeout: Duration? = nil
  ) {
    self.connectTimeout = connectTimeout
    self.totalTimeout = totalTimeout
    self.responseSize = responseSize
    self.redirects = redirects
    self.stallTimeout = stallTimeout
  }
}

/// Takes a body piece by piece, with the length that the server has announced. False ends the transfer.
public typealias OutboundSink = @Sendable (_ bytes: UnsafeRawBufferPointer, _ announced: Int?) -> Bool
