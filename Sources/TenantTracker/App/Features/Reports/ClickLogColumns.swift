import ClickPath
import Core
import Web

/// The click log's columns beside the time.
enum ClickLogColumns {
  static func all(_ book: NameBook) -> [LogColumn<ClickEvent>] {
    things(book) + visitor + origin + SubIDs.numbers.map(sub)
  }

  static let names = Set(all(NameBook()).map(\.name))

  private static func things(_ book: NameBook) -> [LogColumn<ClickEvent>] {
    [
      .init(name: "campaign", title: "Campaign", isStandard: true) { book.campaign($0.campaignID) },
      .init(name: "status", title: "Status", isStandard: true) { click in
        let unique: HTML = " <span class=\"ty-sub\">unique</span>"
        return "\(Parts.status(click.status.rawValue))\(if: click.isUnique, unique)"
      },
      .init(name: "flow", title: "Flow") { book.flow($0.flowID) },
      .init(name: "landing", title: "Landing page", isStandard: true) { book.landing($0.landingID) },
      .init(name: "offer", title: "Offer", isStandard: true) { book.offer($0.offerID) },
      .init(name: "source", title: "Source", isStandard: true) { book.source($0.sourceID) },
      .init(name: "network", title: "Network") { book.network($0.networkID) },
      .init(name: "publisher", title: "Publisher") { book.publisher($0.publisherID) },
    ]
  }

  private static let visitor: [LogColumn<ClickEvent>] = [
    .init(name: "country", title: "Country", isStandard: true) { Parts.text($0.country) },
    .init(name: "region", title: "Region") { Parts.text($0.region) },
    .init(name: "city", title: "City") { Parts.text($0.city) },
    .init(name: "language", title: "Language", isStandard: true) { Parts.text($0.language) },
    .init(name: "device", title: "Device") { Parts.text($0.device) },
    .init(name: "os", title: "OS") { Parts.text($0.os) },
    .init(name: "browser", title: "Browser") { Parts.text($0.browser) },
    .init(name: "isp", title: "ISP") { Parts.text($0.isp) },
    .init(name: "connection", title: "Connection") { Parts.text($0.connection) },
    .init(name: "ip", title: "IP address") { .escaped($0.ip.description) },
    .init(name: "fraud_score", title: "Fraud score", isNumber: true) {
      Parts.text($0.fraudScore.map { "\($0)" })
    },
    .init(name: "user_agent", title: "User agent") { Parts.text($0.userAgent) },
    .init(name: "visitor_id", title: "Visitor id") { Parts.text($0.visitorID?.description) },
  ]

  private static let origin: [LogColumn<ClickEvent>] = [
    .init(name: "referrer_domain", title: "Referrer", isStandard: true) { Parts.text($0.referrerDomain) },
    .init(name: "cost", title: "Cost", isNumber: true, isStandard: true) {
      .escaped(Figures.money($0.cost, $0.currency, places: 4))
    },
    .init(name: "external_id", title: "Source's click id") { Parts.text($0.externalID) },
    .init(name: "id", title: "Click id") { "<code>\($0.id)</code>" },
  ]

  private static func sub(_ number: Int) -> LogColumn<ClickEvent> {
    .init(name: "sub\(number)", title: "Sub\(number)", isStandard: number == 1) { Parts.text($0.subs[number]) }
  }
}
