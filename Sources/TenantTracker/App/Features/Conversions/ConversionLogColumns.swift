import Conversions
import Core
import Web

/// The conversion log's columns beside the time.
enum ConversionLogColumns {
  static func all(
    _ book: NameBook, _ settings: TenantSettings, _ times: LocalTimes, _ icons: IconSet
  ) -> [LogColumn<Conversion>] {
    state(icons) + money(settings) + things(book) + facts(times)
  }

  static func names(_ icons: IconSet) -> Set<String> {
    let settings = TenantSettings()
    return Set(all(NameBook(), settings, LocalTimes(settings), icons).map(\.name))
  }

  private static func state(_ icons: IconSet) -> [LogColumn<Conversion>] {
    [
      .init(name: "status", title: "Status", isStandard: true) { Parts.status($0, icons) },
      .init(name: "type", title: "Type", isStandard: true) { .escaped($0.type.rawValue.capitalizedFirst) },
    ]
  }

  private static func money(_ settings: TenantSettings) -> [LogColumn<Conversion>] {
    [
      .init(name: "payout", title: "Payout", isNumber: true, isStandard: true) {
        .escaped(Figures.money($0.payout.amount, $0.payout.currency))
      },
      .init(name: "revenue", title: "Revenue", isNumber: true, isStandard: true) { conversion in
        let note: HTML = " <span class=\"ty-sub\">no exchange rate</span>"
        return "\(Figures.money(conversion.revenue, settings.currency))\(if: conversion.isRateMissing, note)"
      },
      .init(name: "cost", title: "Cost", isNumber: true) { .escaped(Figures.money($0.cost, settings.currency)) },
    ]
  }

  private static func things(_ book: NameBook) -> [LogColumn<Conversion>] {
    [
      .init(name: "campaign", title: "Campaign", isStandard: true) { book.campaign($0.campaignID) },
      .init(name: "offer", title: "Offer", isStandard: true) { book.offer($0.offerID) },
      .init(name: "source", title: "Source", isStandard: true) { book.source($0.sourceID) },
      .init(name: "network", title: "Network") { book.network($0.networkID) },
      .init(name: "publisher", title: "Publisher") { book.publisher($0.publisherID) },
    ]
  }

  private static func facts(_ times: LocalTimes) -> [LogColumn<Conversion>] {
    [
      .init(name: "country", title: "Country", isStandard: true) { Parts.text($0.country) },
      .init(name: "txid", title: "Transaction", isStandard: true) { Parts.text($0.transactionID) },
      .init(name: "goal", title: "Goal") { Parts.text($0.goal) },
      .init(name: "original_status", title: "Network's word", isStandard: true) { Parts.text($0.originalStatus) },
      .init(name: "match", title: "Click found by") { conversion in
        .escaped(ClickMatch(rawValue: conversion.match)?.title ?? conversion.match)
      },
      .init(name: "click_time", title: "Clicked") { times($0.clickTime) },
      .init(name: "updated", title: "Last change") { times($0.updatedAt) },
      .init(name: "click", title: "Click", isStandard: true) {
        "<a href=\"/admin/clicks/\($0.clickID)\">Show click</a>"
      },
      .init(name: "id", title: "Conversion id") { "<code>\($0.id)</code>" },
    ]
  }
}

extension ClickMatch {
  /// In words.
  var title: String {
    switch self {
    case .clickID: "The click's id"
    case .email: "The customer's e-mail address"
    case .address: "The IP address: a weaker proof than an id"
    case .order: "An earlier conversion of the same order"
    }
  }
}
