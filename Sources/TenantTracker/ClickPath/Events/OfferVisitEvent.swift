public import Core

/// A visitor went on from a landing to an offer.
public struct OfferVisitEvent: Hashable, Sendable {
  public var tenantID: Int64
  public var clickID: ClickID
  public var offerID: Int64
  public var at: Timestamp

  public init(tenantID: Int64, clickID: ClickID, offerID: Int64, at: Timestamp) {
    self.tenantID = tenantID
    self.clickID = clickID
    self.offerID = offerID
    self.at = at
  }

  static let version: UInt8 = 1

  func encode(into bytes: inout [UInt8]) {
    bytes.append(OfferVisitEvent.version)
    bytes.append(id: tenantID)
    bytes.append(id: clickID)
    bytes.append(id: offerID)
    bytes.append(signed: at.microseconds)
  }

  init(from reader: inout EventReader) throws(EventFault) {
    let version = try reader.byte()
    guard version == OfferVisitEvent.version else { throw .unknownVersion(version) }
    tenantID = try reader.id()
    clickID = try reader.uuid()
    offerID = try reader.id()
    at = Timestamp(microseconds: try reader.signed())
  }
}
