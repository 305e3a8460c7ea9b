public struct HeaderField: Hashable, Sendable {
  public let name: String
  public let value: String

  init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// An answer to a visitor, ready to be written. Content-Length is the writer's, as is leaving out the body for HEAD.
public struct TrackingAnswer: Hashable, Sendable {
  public let status: Int
  /// No answer of ours may be kept by a cache: the next visitor's differs.
  public private(set) var headers = [HeaderField("Cache-Control", "no-store")]
  public let body: [UInt8]

  private init(status: Int, contentType: String?, body: [UInt8]) {
    self.status = status
    self.body = body
    if let contentType { headers.append(HeaderField("Content-Type", contentType)) }
  }

  static func redirect(to url: [UInt8]) -> TrackingAnswer {
    var answer = TrackingAnswer(status: 302, contentType: nil, body: [])
    answer.headers.append(HeaderField("Location", String(decoding: url, as: UTF8.self)))
    return answer
  }

  /// - Parameter isSandboxed: Where the dashboard shares the host, a page runs in an origin of its own, so that its
  ///   scripts can't act as the person who is signed in.
  static func page(_ html: [UInt8], isSandboxed: Bool) -> TrackingAnswer {
    var answer = TrackingAnswer(status: 200, contentType: "text/html; charset=utf-8", body: html)
    if isSandboxed {
      answer.headers.append(
        HeaderField(
          "Content-Security-Policy", "sandbox allow-scripts allow-forms allow-popups allow-top-navigation"))
    }
    return answer
  }

  /// For what leads nowhere: an unknown host, campaign or offer, a paused campaign, a campaign without destination.
  public static let notFound = TrackingAnswer(
    status: 404, contentType: "text/html; charset=utf-8",
    body: Array(
      """
      <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">\
      <title>Not found</title><h1>Not found</h1><p>There is nothing at this address.</p></html>
      """.utf8))

  /// The value of the first header of this name (as written here).
  public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  mutating func add(_ header: HeaderField) { headers.append(header) }
}
