import Core
import Testing

@testable import ClickPath

@Suite struct ParameterPassingTests {
  private func world(_ url: String, passes: Bool = true) -> ClickWorld {
    var world = ClickWorld()
    world.offer(1, url)
    world.campaign.offerID = 1
    world.campaign.appendsClickParameter = false
    var profile = TrackingProfileRecord(id: 5, name: "Default")
    profile.isDefault = true
    profile.passesParameters = passes
    world.tenant.profiles = [profile]
    return world
  }

  @Test(arguments: [
    ("gclid=G1&utm_source=a%20b", "https://x.example/?c=ID&gclid=G1&utm_source=a%20b"),
    ("c=mine&x=1", "https://x.example/?c=ID&x=1"),
    ("%63=mine&x=1", "https://x.example/?c=ID&x=1"),
    ("x=1&x=2", "https://x.example/?c=ID&x=1"),
    ("test=0&campaign=z&_tly_click=abc&k=v", "https://x.example/?c=ID&k=v"),
    ("cost={cost}&s=%7Bsub%7D&x=1", "https://x.example/?c=ID&x=1"),
    ("a=%22%3E%0D%0A&b=\"<>\\^`{|}", "https://x.example/?c=ID&a=%22%3E%0D%0A&b=%22%3C%3E%5C%5E%60%7B%7C%7D"),
    ("a=b#c&d", "https://x.example/?c=ID&a=b%23c&d="),
    ("", "https://x.example/?c=ID"), ("&&=1", "https://x.example/?c=ID"),
  ])
  func theRequestsOwnParametersGoAlong(_ query: String, _ target: String) throws {
    let result = try world("https://x.example/?c={click_id}").click(.visit(query))
    let id = try #require(result.event).id.description
    #expect(result.answer.location == target.replacing("ID", with: id))
  }

  @Test func whatTheURLSetsStays() throws {
    let result = try world("https://x.example/p?a=1#top").click(.visit("a=2&sub2=theirs&b=3"))
    let id = try #require(result.event).id
    #expect(result.answer.location == "https://x.example/p?a=1&sub2=\(id)&b=3#top")
  }

  @Test func aProfileThatDoesNotSayPassesNothing() throws {
    let result = try world("https://x.example/?c={click_id}", passes: false).click(.visit("a=2"))
    #expect(result.answer.location == "https://x.example/?c=\(try #require(result.event).id)")
  }

  @Test func noAddressGrowsWithoutEnd() throws {
    let query = (0..<190).map { "p\($0)=\(String(repeating: "v", count: 500))" }.joined(separator: "&")
    let location = try #require(try world("https://x.example/").click(.visit(query)).answer.location)
    #expect(location.utf8.count <= URLParameters.urlLimit)
    #expect(location.contains("p0=vvv"))
  }

  @Test func botsAndTheCappedGoWhereMacrosLead() throws {
    var world = world("https://x.example/")
    world.campaign.botFilter.redirectURL =
      "https://bots.example/?c={campaign_id}&id={click_id}&s={status:lead=0 sale=1}"
    world.steps = [ClickStep(.botFilter) { _ in .knownBot }]
    let result = try world.click(.visit("a=1"))
    let id = try #require(result.event).id
    #expect(result.answer.location == "https://bots.example/?c=4&id=\(id)&s=")

    world.campaign.botFilter.redirectURL = nil
    #expect(try world.click().answer.location == "https://www.google.com/")

    world.campaign.frequencyCap = FrequencyCapRecord(limit: 1, hours: 1)
    world.steps = [ClickStep(.frequencyCap) { _ in .frequencyCap }]
    #expect(try world.click().answer.text.contains("You have already seen this."))
    world.campaign.frequencyCap?.redirectURL = "https://capped.example/{sub1}"
    #expect(try world.click(.visit("sub1=a%2Fb")).answer.location == "https://capped.example/a%2Fb")
  }
}
