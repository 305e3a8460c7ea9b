import Core
import Testing

@testable import ClickPath

@Suite struct OfferLinkTests {
  private func world() -> ClickWorld {
    var world = ClickWorld()
    world.offer(
      9, "https://shop.example/buy?c={campaign_id}&f={flow_id}&l={landing_id}&s={sub1}&x={sub2}&p={payout}&ip={ip}",
      payouts: ["FR": Micros(rawValue: 40_000_000)])
    world.offer(10, "https://other.example/")
    world.landing(3, .local(html: "{{offer_url}}"))
    world.flow(7, .default, landings: [WeightedID(id: 3, weight: 1)], offers: [WeightedID(id: 9, weight: 1)])
    world.steps = [.knowing { $0.country = "FR" }]
    return world
  }

  /// The path and query that a landing's button leads to, and its click.
  private func link(_ world: ClickWorld, _ query: String = "sub1=a%20b") throws -> (
    path: Substring, query: Substring, ClickEvent
  ) {
    let result = try world.click(.visit(query))
    let parts = result.answer.text.withoutScript.split(separator: "?", maxSplits: 1)
    return (parts[0], parts[1], try #require(result.event))
  }

  private func follow(
    _ world: ClickWorld, _ click: ClickID?, _ offer: Int64 = 9, _ knowledge: OfferKnowledge
  ) throws -> TrackingAnswer {
    try world.pipeline().offer(
      click, offerID: offer, knowing: knowledge, .visit(address: "198.51.100.9"), in: world.place(),
      using: world.generator)
  }

  @Test func theLinkCarriesAllThatTheOffersURLNeeds() throws {
    let world = world()
    let (path, query, event) = try link(world)
    #expect(VisitorRoute(path: path, query: query) == .offer(event.id, offerID: 9))
    let link = try #require(try world.pipeline().link(event.id, offerID: 9, query: query))
    #expect([link.campaignID, link.flowID, link.landingID] == [4, 7, 3])
    #expect(
      try follow(world, event.id, 9, .link(link)).location
        == "https://shop.example/buy?c=4&f=7&l=3&s=a%20b&x=&p=40.00&ip=203.0.113.7&sub2=\(event.id)&_tly_click=\(event.id)"
    )
  }

  @Test func aStoredClickKnowsTheSame() throws {
    let world = world()
    let (_, query, event) = try link(world)
    let link = try #require(try world.pipeline().link(event.id, offerID: 9, query: query))
    #expect(try follow(world, event.id, 9, .click(event)) == follow(world, event.id, 9, .link(link)))
  }

  @Test func withoutAnyKnowledgeTheVisitorStillGoesOn() throws {
    let world = world()
    let id = ClickID(at: ClickWorld.now)
    #expect(
      try follow(world, id, 9, .nothing).location
        == "https://shop.example/buy?c=&f=&l=&s=&x=&p=25.00&ip=198.51.100.9&sub2=\(id)&_tly_click=\(id)")
    #expect(try follow(world, nil, 10, .nothing).location == "https://other.example/")
    #expect(try follow(world, id, 11, .nothing) == .notFound)
  }

  @Test func aCampaignsWishAboutTheClickParameterHoldsAfterTheLandingToo() throws {
    var world = world()
    world.campaign.appendsClickParameter = false
    let (_, query, event) = try link(world)
    let link = try #require(try world.pipeline().link(event.id, offerID: 9, query: query))
    #expect(try follow(world, event.id, 9, .link(link)).location?.contains("_tly_click") == false)
  }

  @Test func aChangedLinkIsNoLink() throws {
    let world = world()
    let pipeline = try world.pipeline()
    let (_, query, event) = try link(world)
    #expect(pipeline.link(event.id, offerID: 9, query: query) != nil)
    #expect(pipeline.link(event.id, offerID: 9, query: "a=b&\(query)&c=d") != nil)
    #expect(pipeline.link(event.id, offerID: 10, query: query) == nil)
    #expect(pipeline.link(ClickID(high: event.id.high, low: event.id.low ^ 1), offerID: 9, query: query) == nil)
    #expect(pipeline.link(event.id, offerID: 9, query: "") == nil)
    #expect(pipeline.link(event.id, offerID: 9, query: "k=") == nil)
    let bytes = try #require([UInt8](base64url: query.dropFirst(2)))
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << UInt8(bit)
        #expect(pipeline.link(event.id, offerID: 9, query: "k=\(changed.base64url)") == nil)
      }
      #expect(pipeline.link(event.id, offerID: 9, query: "k=\(bytes[..<index].base64url)") == nil)
    }
    let stranger = ClickPipeline(links: try #require(LinkSigner(key: Array(repeating: 7, count: 16))))
    #expect(stranger.link(event.id, offerID: 9, query: query) == nil)
  }

  @Test func aLinkWithTooMuchToCarryGoesWithoutIt() throws {
    var world = world()
    world.tenant.offers[0].url = "https://shop.example/?a={sub1}&b={sub2}&c={sub3}"
    let long = String(repeating: "x", count: 500)
    let text = try world.click(.visit("sub1=\(long)&sub2=\(long)&sub3=\(long)")).answer.text.withoutScript
    #expect(text.hasPrefix("/offer/"))
    #expect(!text.contains("?"))
  }

  @Test func theKeyHasSixteenBytes() {
    #expect(LinkSigner(key: []) == nil)
    #expect(LinkSigner(key: Array(repeating: 0, count: 17)) == nil)
  }

  @Test(arguments: [
    (0, "a3817f04ba25a8e66df67214c7550293"), (1, "da87c1d86b99af44347659119b22fc45"),
    (2, "8177228da4a45dc7fca38bdef60affe4"), (3, "9c70b60c5267a94e5f33b6b02985ed51"),
    (4, "f88164c12d9c8faf7d0f6e7c7bcd5579"), (5, "1368875980776f8854527a07690e9627"),
    (6, "14eeca338b208613485ea0308fd7a15e"), (7, "a1f1ebbed8dbc153c0b84aa61ff08239"),
    (8, "3b62a9ba6258f5610f83e264f31497b4"), (9, "264499060ad9baabc47f8b02bb6d71ed"),
    (10, "00110dc378146956c95447d3f3d0fbba"), (11, "0151c568386b6677a2b4dc6f81e5dc18"),
    (12, "d626b266905ef35882634df68532c125"), (13, "9869e247e9c08b10d029934fc4b952f7"),
    (14, "31fcefac66d7de9c7ec7485fe4494902"), (15, "5493e99933b0a8117e08ec0f97cfc3d9"),
    (16, "6ee2a4ca67b054bbfd3315bf85230577"), (31, "2939b0183223fafc1723de4f52c43d35"),
    (63, "5150d1772f50834a503e069a973fbd7c"),
  ])
  func tagsAreThoseOfSipHashsReference(_ length: Int, _ tag: String) throws {
    // The reference's key 00..0f over the message 00..length-1.
    let signer = try #require(LinkSigner(key: Array(0..<16)))
    #expect(signer.tag(of: (0..<length).map { UInt8($0) }).hex == tag)
  }
}
