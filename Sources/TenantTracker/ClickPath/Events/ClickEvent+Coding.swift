import Core

// The order of the calls is the format: a new field takes a new version. Version 1 ended before the memory's fields,
// version 2 knew no publisher.
extension ClickEvent {
  static let version: UInt8 = 3

  func encode(into bytes: inout [UInt8]) {
    bytes.append(ClickEvent.version)
    bytes.append(id: id)
    bytes.append(id: tenantID)
    bytes.append(status.code | (isUnique ? 0x80 : 0))
    bytes.append(id: campaignID)
    bytes.append(address: ip)
    bytes.append(signed: cost.rawValue)
    bytes.append(contentsOf: currency.code.utf8)
    var optional = OptionalFieldWriter(into: &bytes)
    optional.write(flowID, to: &bytes)
    optional.write(landingID, to: &bytes)
    optional.write(offerID, to: &bytes)
    optional.write(sourceID, to: &bytes)
    optional.write(networkID, to: &bytes)
    optional.write(country, to: &bytes)
    optional.write(region, to: &bytes)
    optional.write(city, to: &bytes)
    optional.write(isp, to: &bytes)
    optional.write(os, to: &bytes)
    optional.write(browser, to: &bytes)
    optional.write(device, to: &bytes)
    optional.write(language, to: &bytes)
    optional.write(referrer, to: &bytes)
    optional.write(referrerDomain, to: &bytes)
    optional.write(userAgent, to: &bytes)
    optional.write(externalID, to: &bytes)
    optional.write(visitorID, to: &bytes)
    optional.write(fraudScore, to: &bytes)
    optional.write(connection, to: &bytes)
    optional.write(publisherID, to: &bytes)
    bytes.append(UInt8(truncatingIfNeeded: subs.count))
    for (number, value) in subs {
      bytes.append(UInt8(truncatingIfNeeded: number))
      bytes.append(text: value)
    }
    bytes.append(UInt8(clamping: trace.count))
    for code in trace.prefix(Int(UInt8.max)) { bytes.append(text: code) }
    bytes.append((hadCookie ? 1 : 0) | (isUniqueInFlow ? 2 : 0) | (isUniqueGlobally ? 4 : 0))
    bytes.append(word: addressKey)
    bytes.append(word: visitorKey)
  }

  init(from reader: inout EventReader) throws(EventFault) {
    let version = try reader.byte()
    guard (1...ClickEvent.version).contains(version) else { throw .unknownVersion(version) }
    let id = try reader.uuid()
    let tenantID = try reader.id()
    let flags = try reader.byte()
    guard let status = ClickStatus(code: flags & 0x7F) else { throw .malformed }
    let campaignID = try reader.id()
    let ip = try reader.address()
    let cost = Micros(rawValue: try reader.signed())
    guard let currency = Currency(try reader.text(count: 3)) else { throw .malformed }
    self.init(id: id, tenantID: tenantID, status: status, campaignID: campaignID, ip: ip, currency: currency)
    self.cost = cost
    isUnique = flags & 0x80 != 0
    var optional = try OptionalFieldReader(&reader)
    flowID = try optional.id(&reader)
    landingID = try optional.id(&reader)
    offerID = try optional.id(&reader)
    sourceID = try optional.id(&reader)
    networkID = try optional.id(&reader)
    country = try optional.text(&reader)
    region = try optional.text(&reader)
    city = try optional.text(&reader)
    isp = try optional.text(&reader)
    os = try optional.text(&reader)
    browser = try optional.text(&reader)
    device = try optional.text(&reader)
    language = try optional.text(&reader)
    referrer = try optional.text(&reader)
    referrerDomain = try optional.text(&reader)
    userAgent = try optional.text(&reader)
    externalID = try optional.text(&reader)
    visitorID = try optional.uuid(&reader)
    fraudScore = try optional.byte(&reader)
    connection = try optional.text(&reader)
    if version > 2 { publisherID = try optional.id(&reader) }
    for _ in 0..<(try reader.byte()) {
      let number = Int(try reader.byte())
      guard SubIDs.numbers.contains(number) else { throw .malformed }
      subs[number] = try reader.text()
    }
    for _ in 0..<(try reader.byte()) { trace.append(try reader.text()) }
    guard version > 1 else { return }
    let marks = try reader.byte()
    hadCookie = marks & 1 != 0
    isUniqueInFlow = marks & 2 != 0
    isUniqueGlobally = marks & 4 != 0
    addressKey = try reader.word()
    visitorKey = try reader.word()
  }
}

extension ClickStatus {
  fileprivate var code: UInt8 {
    switch self {
    case .ok: 0
    case .blocked: 1
    case .capped: 2
    }
  }

  fileprivate init?(code: UInt8) {
    switch code {
    case 0: self = .ok
    case 1: self = .blocked
    case 2: self = .capped
    default: return nil
    }
  }
}
