import Core

/// Who a hit is taken for: by the hit itself, or by its event when that is replayed.
struct RememberedVisitor: Sendable {
  /// The cookie that came with the request, or that goes out with the answer.
  let cookie: VisitorID?
  let hadCookie: Bool
  let addressKey: UInt64
  let visitorKey: UInt64

  init(_ facts: ClickFacts) {
    cookie = facts.visitorID
    hadCookie = facts.hadCookie
    addressKey = facts.addressKey
    visitorKey = facts.visitorKey
  }

  /// Nil for an event of a release that did not remember.
  init?(_ event: ClickEvent) {
    guard event.addressKey != 0 || event.visitorKey != 0 else { return nil }
    cookie = event.visitorID
    hadCookie = event.hadCookie
    addressKey = event.addressKey
    visitorKey = event.visitorKey
  }

  /// Known by the cookie, else by address and user agent. Who gets a cookie only now is remembered by that too.
  func identity(_ keys: VisitorKeys) -> Identity { identity(else: visitorKey, keys) }

  /// As a frequency cap knows visitors.
  func identity(_ kind: FrequencyCapRecord.Key, _ keys: VisitorKeys) -> Identity {
    switch kind {
    case .address: Identity(known: addressKey, given: nil)
    case .visitor: identity(else: addressKey, keys)
    }
  }

  private func identity(else fallback: UInt64, _ keys: VisitorKeys) -> Identity {
    let cookieKey = cookie.map { keys.visitor($0) }
    if hadCookie, let cookieKey { return Identity(known: cookieKey, given: nil) }
    return Identity(known: fallback, given: cookieKey)
  }

  struct Identity: Hashable, Sendable {
    let known: UInt64
    /// Of a cookie just given.
    let given: UInt64?

    /// The memory's keys of one thing.
    func keys(
      _ scope: VisitorKeys.Scope, _ id: Int64, of tenantID: Int64, _ keys: VisitorKeys
    ) -> (known: UInt64, given: UInt64?) {
      (
        keys.key(scope, id, of: tenantID, identity: known),
        given.map { keys.key(scope, id, of: tenantID, identity: $0) }
      )
    }
  }
}

extension FrequencyCapRecord {
  /// What a visit asks of this cap.
  func question(
    _ visitor: RememberedVisitor, campaignID: Int64, tenantID: Int64, click: ClickID, _ keys: VisitorKeys
  ) -> VisitorMemory.CapQuestion {
    let (known, given) = visitor.identity(key, keys).keys(.cap, campaignID, of: tenantID, keys)
    return VisitorMemory.CapQuestion(
      key: known, given: given, limit: min(limit, VisitorMemory.largestCap), hours: hours,
      now: click.timestamp.milliseconds, click: click.low)
  }
}
