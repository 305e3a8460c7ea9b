public import Core
import Synchronization

/// Stripe as far as it answers questions: objects that change in the course of time, seen as they are at its present.
public final class StripeStandIn: Sendable {
  /// Something that happened there, and the event that it makes.
  public struct Happening: Sendable {
    public let event: String
    public let type: String
    public let at: Int64
    /// As it was then.
    public let object: JSONValue
    /// Where it can be asked for: `/v1/invoices/in_1`. Nil for what tells of another object only.
    public let path: String?

    public init(_ event: String, _ type: String, at: Int64, _ object: JSONValue, path: String? = nil) {
      self.event = event
      self.type = type
      self.at = at
      self.object = object
      self.path = path
    }

    /// The event as it is sent.
    public func bytes(version: String? = StripeShapes.version, livemode: Bool = false) -> [UInt8] {
      StripeShapes.event(
        id: event, type: type, created: at, object: object, version: version, livemode: livemode
      ).utf8
    }
  }

  public let happenings: [Happening]
  private let present = Mutex<Int64>(0)

  public init(_ happenings: [Happening]) { self.happenings = happenings }

  /// Time never goes back there.
  public func pass(to time: Int64) { present.withLock { $0 = max($0, time) } }

  /// What a GET of a path is answered.
  public func answer(_ path: String) -> (status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
    let present = present.withLock { $0 }
    if let charge = path.wholeMatch(of: /\/v1\/refunds\?charge=(\w+)&limit=100/)?.1 {
      return (200, [("Date", Self.date(present))], refunds(of: String(charge), at: present).utf8)
    }
    // Of several in the same second the last one is the state.
    guard let found = happenings.last(where: { $0.path == path && $0.at <= present }) else {
      let body: JSONValue = ["error": ["type": "invalid_request_error", "code": "resource_missing", "message": "No."]]
      return (404, [], body.utf8)
    }
    return (200, [("Date", Self.date(present))], found.object.utf8)
  }

  /// As lists are: the newest first.
  private func refunds(of charge: String, at present: Int64) -> JSONValue {
    var refunds: [(id: String, object: JSONValue)] = []
    for happening in happenings where happening.at <= present {
      guard happening.object["object"] == "refund", happening.object["charge"]?.stringValue == charge,
        let id = happening.object["id"]?.stringValue
      else { continue }
      if let index = refunds.firstIndex(where: { $0.id == id }) {
        refunds[index].object = happening.object
      } else {
        refunds.append((id, happening.object))
      }
    }
    return StripeShapes.list(refunds.map(\.object).reversed())
  }

  /// Only as exact as the header is.
  private static func date(_ seconds: Int64) -> String {
    let text = Timestamp(seconds: seconds).rfc3339
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let month = Int(text.dropFirst(5).prefix(2)).map { months[$0 - 1] } ?? "Jan"
    return "Mon, \(text.dropFirst(8).prefix(2)) \(month) \(text.prefix(4)) \(text.dropFirst(11).prefix(8)) GMT"
  }
}
