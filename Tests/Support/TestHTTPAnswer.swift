public import Core

/// One answer, whole.
public struct TestHTTPAnswer: Sendable {
  public let status: Int
  public let headers: [(name: String, value: String)]
  /// With any transfer encoding taken off; a content encoding is left on.
  public let body: [UInt8]

  /// The first header of that name, whatever its case.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  public func headers(_ name: String) -> [String] {
    headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
  }

  public var text: String { String(decoding: body, as: UTF8.self) }

  /// The body as JSON; null if it is none.
  public var json: JSONValue { (try? JSONValue.parse(body)) ?? .null }

  /// The `code` of a problem document.
  public var code: String? { json["code"]?.stringValue }
}
