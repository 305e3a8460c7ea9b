import ClickPath
import Conversions
import Core
import Web

/// One conversion with everything that is known of it: a page, and what the list shows over itself.
struct ConversionView: Sendable {
  let detail: ConversionsAPI.Detail
  /// Nil when retention has dropped it.
  let click: ClickEvent?
  let book: NameBook
  let settings: TenantSettings
  let icons: IconSet
  let form: HTML

  private var conversion: Conversion { detail.conversion }
  private var times: LocalTimes { LocalTimes(settings) }

  var html: HTML {
    """
    <div data-modal-content data-title="Conversion of \(times.text(conversion.createdAt))">\
    <div class="ty-columns ty-even"><div>\(Parts.card("What it is", Parts.facts(facts)))</div>\
    <div>\(form)\(Parts.card("Where it came from", Parts.facts(origin)))</div></div>\
    \(products)\(related)\(Parts.flushCard("History", history))</div>
    """
  }

  private var facts: [(name: String, value: HTML)] {
    let used = conversion.rate.map { "at \($0.rate), the rate of \($0.day)" }
    let rate: HTML =
      (conversion.isRateMissing ? "no exchange rate yet" : used).map { " <span class=\"ty-sub\">\($0)</span>" }
      ?? .empty
    return [
      ("Status", Parts.status(conversion, icons)), ("Type", .escaped(conversion.type.rawValue.capitalizedFirst)),
      ("Network's word", Parts.text(conversion.originalStatus)),
      (
        "Payout, as reported", .escaped(Figures.money(conversion.payout.amount, conversion.payout.currency))
      ),
      (
        "Revenue in \(settings.currency.code)",
        .escaped(Figures.money(conversion.revenue, settings.currency)) + rate
      ),
      ("Cost", .escaped(Figures.money(conversion.cost, settings.currency))),
      ("Lifetime value", .escaped(Figures.money(detail.lifetimeValue, settings.currency))),
      ("Transaction", Parts.text(conversion.transactionID)), ("Goal", Parts.text(conversion.goal)),
      ("Converted", times(conversion.createdAt)), ("Clicked", times(conversion.clickTime)),
      ("Time to convert", .escaped(Self.span(conversion.createdAt - conversion.clickTime))),
      ("Last change", times(conversion.updatedAt)), ("Conversion id", "<code>\(conversion.id)</code>"),
    ]
  }

  private var origin: [(name: String, value: HTML)] {
    let match = ClickMatch(rawValue: conversion.match)?.title ?? conversion.match
    let subs = (1...5).compactMap { number -> (name: String, value: HTML)? in
      click?.subs[number].map { ("Sub\(number)", .escaped($0)) }
    }
    return [
      ("Click", "<a href=\"/admin/clicks/\(conversion.clickID)\"><code>\(conversion.clickID)</code></a>"),
      ("Click found by", .escaped(match)), ("Campaign", book.campaign(conversion.campaignID)),
      ("Offer", book.offer(conversion.offerID)), ("Network", book.network(conversion.networkID)),
      ("Source", book.source(conversion.sourceID)), ("Country", Parts.text(conversion.country)),
      ("Source's click id", Parts.text(click?.externalID)),
    ] + (conversion.publisherID == nil ? [] : [("Publisher", book.publisher(conversion.publisherID))]) + subs
  }

  /// `2 d 3 h`, `5 min`, `12 s`
  private static func span(_ duration: Duration) -> String {
    let seconds = max(0, duration.components.seconds)
    switch seconds {
    case ..<60: return "\(seconds) s"
    case ..<3_600: return "\(seconds / 60) min \(seconds % 60) s"
    case ..<86_400: return "\(seconds / 3_600) h \(seconds % 3_600 / 60) min"
    default: return "\(seconds / 86_400) d \(seconds % 86_400 / 3_600) h"
    }
  }

  private var products: HTML {
    guard !detail.products.isEmpty else { return .empty }
    let rows = detail.products.map { line -> HTML in
      let price = line.price.map { Figures.money($0, line.currency ?? conversion.payout.currency) } ?? Figures.none
      return """
        <tr><th scope="row">\(line.name)</th><td>\(Parts.text(line.sku))</td>\
        <td class="num">\(Figures.count(line.quantity))</td><td class="num">\(price)</td></tr>
        """
    }
    return Parts.flushCard(
      "Products",
      Parts.bareTable(
        ["Product", "SKU", .number("Quantity"), .number("Price of one")], rows, caption: "Products of the order"))
  }

  private var related: HTML {
    let rows = (detail.parent.map { [("It follows", $0)] } ?? []) + detail.children.map { ("Follows it", $0) }
    guard !rows.isEmpty else { return .empty }
    let lines = rows.map { title, other -> HTML in
      """
      <tr><th scope="row"><a href="\(ConversionPages.path)/\(other.id)">\(times(other.createdAt))</a></th>\
      <td>\(title)</td><td>\(other.type.rawValue.capitalizedFirst)</td><td>\(Parts.status(other, icons))</td>\
      <td class="num">\(Figures.money(other.payout.amount, other.payout.currency))</td></tr>
      """
    }
    return Parts.flushCard(
      "Upsells and rebills",
      Parts.bareTable(
        ["Time", "Relation", "Type", "Status", .number("Payout")], lines, caption: "Related conversions"))
  }

  private var history: HTML {
    let rows = detail.history.map { line -> HTML in
      let entry = line.entry
      return """
        <tr><th scope="row">\(times(entry.at))</th><td>\(entry.actor)</td><td>\(self.status(entry.from, entry.fromScheme))\
        </td><td>\(self.status(entry.to, entry.toScheme))</td><td>\(Self.outcome(entry.outcome))</td>\
        <td>\(Parts.text(entry.originalStatus))</td><td>\(Parts.text(entry.note))</td></tr>
        """
    }
    return Parts.bareTable(
      ["When", "Who", "From", "To", "Outcome", "Network's word", "Note"], rows, caption: "History, newest first")
  }

  private func status(_ status: ConversionStatus?, _ scheme: SchemeStatus?) -> HTML {
    if let scheme { return Parts.status(scheme, icons) }
    return status.map { Parts.status($0.rawValue) } ?? "<span class=\"ty-sub\">new</span>"
  }

  private static func outcome(_ outcome: HistoryOutcome) -> HTML {
    switch outcome {
    case .applied: Parts.badge("Applied", .good)
    case .refused: Parts.badge("Refused", .bad)
    case .unchanged: Parts.badge("Nothing new", .plain)
    case .held: Parts.badge("Held for review", .warn)
    }
  }
}
