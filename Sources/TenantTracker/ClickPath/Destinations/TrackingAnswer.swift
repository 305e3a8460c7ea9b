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
  /// Where it leads, at once or after a page; nil for an answer that leads nowhere.
  public private(set) var destination: String?

  private init(status: Int, contentType: String?, body: [UInt8]) {
    self.status = status
    self.body = body
    // With a Location and two cookies.
    headers.reserveCapacity(4)
    if let contentType { headers.append(HeaderField("Content-Type", contentType)) }
  }

  /// - Parameter status: 301, 302 or 307.
  static func redirect(to url: [UInt8], status: Int = 302) -> TrackingAnswer {
    var answer = TrackingAnswer(status: status, contentType: nil, body: [])
    let location = String(decoding: url, as: UTF8.self)
    answer.headers.append(HeaderField("Location", location))
    answer.destination = location
    return answer
  }

  /// A page that goes on by itself.
  static func onward(_ page: OnwardPage, _ policy: ContentPolicy) -> TrackingAnswer {
    var answer = TrackingAnswer(status: 200, contentType: "text/html; charset=utf-8", body: page.html)
    answer.headers.append(HeaderField("Content-Security-Policy", policy.text))
    if page.hidesReferrer { answer.headers.append(HeaderField("Referrer-Policy", "no-referrer")) }
    answer.destination = page.url.map { String(decoding: $0, as: UTF8.self) }
    return answer
  }

  /// - Parameter isSandboxed: Where the dashboard shares the host, a page runs in an origin of its own, so that its
  ///   scripts can't act as the person who is signed in.
  static func page(_ html: [UInt8], isSandboxed: Bool) -> TrackingAnswer {
    var answer = TrackingAnswer(status: 200, contentType: "text/html; charset=utf-8", body: html)
    if isSandboxed {
      answer.headers.append(HeaderField("Content-Security-Policy", ContentPolicy.sandbox))
    }
    return answer
  }

  /// For a visitor at the frequency cap, where the campaign names no other place.
  static let seenEnough = TrackingAnswer(
    status: 200, contentType: "text/html; charset=utf-8", body: plainPage("Thank you", "You have already seen this."))

  /// For whom lander protection keeps out.
  static let accessDenied = TrackingAnswer(
    status: 403, contentType: "text/html; charset=utf-8",
    body: plainPage("Access Denied", "You don’t have permission to see this page."))

  /// For what leads nowhere: an unknown host, campaign or offer, a paused campaign, a campaign without destination.
  public static let notFound = TrackingAnswer(
    status: 404, contentType: "text/html; charset=utf-8",
    body: plainPage("Not found", "There is nothing at this address."))

  private static func plainPage(_ title: String, _ text: String) -> [UInt8] {
    Array(
      """
      <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">\
      <title>\(title)</title><h1>\(title)</h1><p>\(text)</p></html>
      """.utf8)
  }

  /// The value of the first header of this name (as written here).
  public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  mutating func add(_ header: HeaderField) { headers.append(header) }
}
