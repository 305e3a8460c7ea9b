import Core

/// A local landing as somebody in Los Angeles would see it. Nothing is recorded, and nothing can be reported: it has no click.
public enum LandingPreview {
  public static func page(_ html: String) -> [UInt8] {
    PageTemplate(html).render(PageVisit(facts: visitor, click: nil, offerURL: nil))
  }

  private static var visitor: ClickFacts {
    var facts = ClickFacts(address: IPAddress(v4: 0xCB00_712A))
    facts.country = "US"
    facts.countryName = "United States"
    facts.region = "California"
    facts.city = "Los Angeles"
    facts.isp = "Comcast Cable"
    facts.os = "Windows"
    facts.browser = "Chrome"
    facts.device = "desktop"
    facts.language = LanguageTag("en-US")
    for number in SubIDs.numbers { facts.subs[number] = "sub\(number)" }
    return facts
  }
}
