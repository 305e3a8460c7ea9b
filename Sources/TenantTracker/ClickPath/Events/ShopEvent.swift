public import Core

/// A step of a visitor in a merchant's shop, as the pixel on its pages tells of it.
public struct ShopEvent: Hashable, Sendable {
  public var tenantID: Int64
  public var clickID: ClickID
  /// The pixel's own: an event that is sent again has the same.
  public var eventID: String
  /// `pageview`, `add_to_cart`, `checkout`, `purchase`, `lead`, or the page's own word.
  public var kind: String
  public var at: Timestamp
  public var value: Micros?
  public var currency: Currency?
  public var orderID: String?
  /// A JSON list of objects; nil for none.
  public var products: [UInt8]?
  /// `https://shop.example`: where the page is from.
  public var origin: String?

  public init(
    tenantID: Int64, clickID: ClickID, eventID: String, kind: String, at: Timestamp, value: Micros? = nil,
    currency: Currency? = nil, orderID: String? = nil, products: [UInt8]? = nil, origin: String? = nil
  ) {
    self.tenantID = tenantID
    self.clickID = clickID
    self.eventID = eventID
    self.kind = kind
    self.at = at
    self.value = value
    self.currency = currency
    self.orderID = orderID
    self.products = products
    self.origin = origin
  }

  static let version: UInt8 = 1

  func encode(into bytes: inout [UInt8]) {
    bytes.append(ShopEvent.version)
    bytes.append(id: tenantID)
    bytes.append(id: clickID)
    bytes.append(text: eventID)
    bytes.append(text: kind)
    bytes.append(signed: at.microseconds)
    var optional = OptionalFieldWriter(into: &bytes)
    optional.write(value?.rawValue, to: &bytes)
    optional.write(currency?.code, to: &bytes)
    optional.write(orderID, to: &bytes)
    optional.write(products, to: &bytes)
    optional.write(origin, to: &bytes)
  }

  init(from reader: inout EventReader) throws(EventFault) {
    let version = try reader.byte()
    guard version == ShopEvent.version else { throw .unknownVersion(version) }
    tenantID = try reader.id()
    clickID = try reader.uuid()
    eventID = try reader.text()
    kind = try reader.text()
    at = Timestamp(microseconds: try reader.signed())
    var optional = try OptionalFieldReader(&reader)
    value = try optional.id(&reader).map { Micros(rawValue: $0) }
    currency = try optional.text(&reader).flatMap { Currency($0) }
    orderID = try optional.text(&reader)
    products = try optional.data(&reader)
    origin = try optional.text(&reader)
  }
}
