/// One record of the journal.
public enum JournalEvent: Hashable, Sendable {
  case click(ClickEvent)
  case postback(RawPostbackEvent)
  case offerVisit(OfferVisitEvent)
  case shop(ShopEvent)

  /// Whose schema it is drained into.
  public var tenantID: Int64 {
    switch self {
    case .click(let event): event.tenantID
    case .postback(let event): event.tenantID
    case .offerVisit(let event): event.tenantID
    case .shop(let event): event.tenantID
    }
  }

  /// Appends a kind byte, a version byte and the event's fields. Framing and checksums are the journal's.
  public func encode(into bytes: inout [UInt8]) {
    switch self {
    case .click(let event):
      bytes.append(Kind.click.rawValue)
      event.encode(into: &bytes)
    case .postback(let event):
      bytes.append(Kind.postback.rawValue)
      event.encode(into: &bytes)
    case .offerVisit(let event):
      bytes.append(Kind.offerVisit.rawValue)
      event.encode(into: &bytes)
    case .shop(let event):
      bytes.append(Kind.shop.rawValue)
      event.encode(into: &bytes)
    }
  }

  /// Reads exactly one event that fills `bytes`.
  public init(decoding bytes: UnsafeRawBufferPointer) throws(EventFault) {
    var reader = EventReader(bytes)
    let code = try reader.byte()
    switch Kind(rawValue: code) {
    case .click?: self = .click(try ClickEvent(from: &reader))
    case .postback?: self = .postback(try RawPostbackEvent(from: &reader))
    case .offerVisit?: self = .offerVisit(try OfferVisitEvent(from: &reader))
    case .shop?: self = .shop(try ShopEvent(from: &reader))
    case nil: throw .unknownKind(code)
    }
    try reader.finish()
  }

  /// Reads exactly one event that fills `bytes`.
  public init(decoding bytes: [UInt8]) throws(EventFault) {
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(EventFault) in try JournalEvent(decoding: buffer) }
    }
    self = try result.get()
  }

  private enum Kind: UInt8 {
    case click = 1
    case postback = 2
    case offerVisit = 3
    case shop = 4
  }
}
