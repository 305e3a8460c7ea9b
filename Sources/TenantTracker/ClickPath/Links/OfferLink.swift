public import Core

/// What a call-to-action link says about its click, so that `/offer/{clickId}/{offerId}?k=...` needs no database:
/// where the visitor came through, and the facts that the offer's URL is made of. Signed together with both ids.
public struct OfferLink: Sendable {
  public let click: ClickID
  public let offerID: Int64
  public let campaignID: Int64
  public let flowID: Int64?
  public let landingID: Int64?
  var facts: [(fact: VisitorFact, text: String)]

  /// A link with more facts than this goes without them; the click is looked up instead.
  static let factsLimit = 1_200
  private static let version: UInt8 = 1

  init(
    click: ClickID, offer: Snapshot.Offer, campaign: Snapshot.Campaign, flowID: Int64?, landingID: Int64?,
    facts: ClickFacts
  ) {
    self.click = click
    offerID = offer.id
    campaignID = campaign.id
    self.flowID = flowID
    self.landingID = landingID
    self.facts = []
    var needs = offer.url.needs
    if let pixels = campaign.ways.profile.pixels { needs.formUnion(pixels.needs) }
    var needed = needs.visitorFacts
    if needs.usesPayout, offer.paysByCountry, !needed.contains(.country) { needed.append(.country) }
    for fact in needed {
      if let text = facts.text(of: fact) { self.facts.append((fact, text)) }
    }
  }

  /// `/offer/{clickId}/{offerId}?k=...`: nothing but unreserved characters, `/`, `?` and `=`.
  func path(signedBy signer: LinkSigner) -> [UInt8] {
    var path = Array("/offer/".utf8)
    path.append(contentsOf: click.ascii)
    path.append(UInt8(ascii: "/"))
    path.append(decimal: Int(offerID))
    guard let payload else { return path }
    path.append(contentsOf: "?k=".utf8)
    path.append(contentsOf: (payload + signer.tag(of: OfferLink.signedMessage(payload, click, offerID))).base64url.utf8)
    return path
  }

  /// Reads the `k` parameter of an offer URL. Nil when it is missing, was changed, or belongs to other ids.
  public init?(click: ClickID, offerID: Int64, query: Substring, signer: LinkSigner) {
    guard let text = OfferLink.value(in: query), let bytes = [UInt8](base64url: text),
      bytes.count > LinkSigner.tagLength
    else { return nil }
    let payload = Array(bytes.dropLast(LinkSigner.tagLength))
    let message = OfferLink.signedMessage(payload, click, offerID)
    guard signer.verifies(bytes.suffix(LinkSigner.tagLength), of: message),
      let content = payload.withUnsafeBytes({ OfferLink.read($0) })
    else { return nil }
    self.click = click
    self.offerID = offerID
    (campaignID, flowID, landingID, facts) = content
  }

  private static func value(in query: Substring) -> String? {
    var found: String?
    QueryReader.forEach(in: query) { name, value in
      if found == nil, name.equals("k") { found = String(decoding: value, as: UTF8.self) }
    }
    return found
  }

  /// Nil when the facts are too long for a link.
  private var payload: [UInt8]? {
    guard facts.reduce(0, { $0 + $1.text.utf8.count }) <= OfferLink.factsLimit else { return nil }
    var bytes = [OfferLink.version]
    bytes.append(id: campaignID)
    bytes.append(id: flowID ?? 0)
    bytes.append(id: landingID ?? 0)
    for (fact, text) in facts {
      bytes.append(fact.code)
      bytes.append(text: text)
    }
    return bytes
  }

  private static func signedMessage(_ payload: [UInt8], _ click: ClickID, _ offerID: Int64) -> [UInt8] {
    var message = payload
    message.append(id: click)
    message.append(word: UInt64(bitPattern: offerID))
    return message
  }

  private typealias Content = (
    campaignID: Int64, flowID: Int64?, landingID: Int64?, facts: [(fact: VisitorFact, text: String)]
  )

  private static func read(_ payload: UnsafeRawBufferPointer) -> Content? {
    var reader = EventReader(payload)
    do {
      guard try reader.byte() == version else { return nil }
      let campaignID = try reader.id()
      let flowID = try reader.id()
      let landingID = try reader.id()
      var facts: [(fact: VisitorFact, text: String)] = []
      while !reader.isAtEnd {
        guard let fact = VisitorFact(code: try reader.byte()) else { return nil }
        facts.append((fact, try reader.text()))
      }
      return (campaignID, flowID == 0 ? nil : flowID, landingID == 0 ? nil : landingID, facts)
    } catch {
      return nil
    }
  }
}
