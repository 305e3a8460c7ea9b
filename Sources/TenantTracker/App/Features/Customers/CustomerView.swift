import ClickPath
import Conversions
import Core
import Database
import Web

/// One customer: what they brought, and the way they went.
struct CustomerView: Sendable {
  let customer: CustomerValue
  let journey: CustomerJourney
  let settings: TenantSettings
  let book: NameBook
  let icons: IconSet

  private var times: LocalTimes { LocalTimes(settings) }

  var html: HTML {
    let currency = settings.currency
    let known =
      switch customer.kind {
      case .visitor: "The same browser"
      case .email: "The same e-mail address, of which only a hash is kept: \(customer.emailMark ?? "")…"
      case .click: "One click; nothing else is known"
      }
    let cut = journey.isCut ? " Only the latest \(CustomerJourney.limit) of each are shown." : ""
    return """
      \(Parts.card("In all", Parts.facts([
        ("Lifetime value", .escaped(Figures.money(customer.revenue, currency))),
        ("Orders", .escaped(Figures.count(customer.orders)) + (customer.isRepeat ? " " + Parts.badge("Repeat", .good) : .empty)),
        ("Average order", .escaped(customer.averageOrder.map { Figures.money($0, currency) } ?? Figures.none)),
        ("First order", times(customer.firstOrderAt)), ("Last order", times(customer.lastOrderAt)),
        ("Won by campaign", book.campaign(customer.campaignID)), ("Won by source", book.source(customer.sourceID)),
        ("Country", Parts.text(customer.country)), ("Known by", .escaped(known)),
      ])))
      \(Parts.flushCard("Journey", table))
      <p class="text-secondary">Conversions, the clicks that led to them, and the other clicks of the week before the \
      first order.\(cut)</p>
      """
  }

  private var table: HTML {
    return Parts.bareTable(
      ["When", "What", "Status", .number("Revenue"), "Campaign", "Source"], journey.happenings.map(row),
      caption: "What the customer did, the latest first")
  }

  private func row(_ happening: CustomerJourney.Happening) -> HTML {
    switch happening {
    case .click(let click):
      return """
        <tr><th scope="row"><a href="/admin/clicks/\(click.id)">\(times(happening.at))</a></th><td>Click</td>\
        <td>\(Parts.status(click.status))</td><td class="num">\(Figures.none)</td>\
        <td>\(book.campaign(click.campaignID))</td><td>\(book.source(click.sourceID))</td></tr>
        """
    case .conversion(let conversion, let products):
      let lines = products.map { line in "\(Figures.count(line.quantity)) × \(line.name)" }
      let shown = lines.prefix(5).joined(separator: ", ") + (lines.count > 5 ? " and \(lines.count - 5) more" : "")
      let sold: HTML = lines.isEmpty ? .empty : "<div class=\"ty-sub\">\(shown)</div>"
      return """
        <tr><th scope="row"><a href="\(ConversionPages.path)/\(conversion.id)">\(times(happening.at))</a></th>\
        <td>\(conversion.type.rawValue.capitalizedFirst)\(sold)</td><td>\(Parts.status(conversion, icons))</td>\
        <td class="num">\(Figures.money(conversion.revenue, settings.currency))</td>\
        <td>\(book.campaign(conversion.campaignID))</td><td>\(book.source(conversion.sourceID))</td></tr>
        """
    }
  }
}

extension NameBook {
  init(
    _ journey: CustomerJourney, _ customer: CustomerValue, _ names: NameStore, _ scope: TenantScope
  ) async throws {
    var campaignIDs = Set([customer.campaignID].compactMap { $0 })
    var sourceIDs = Set([customer.sourceID].compactMap { $0 })
    for happening in journey.happenings {
      switch happening {
      case .click(let click):
        campaignIDs.insert(click.campaignID)
        if let id = click.sourceID { sourceIDs.insert(id) }
      case .conversion(let conversion, _):
        campaignIDs.insert(conversion.campaignID)
        if let id = conversion.sourceID { sourceIDs.insert(id) }
      }
    }
    self.init()
    campaigns = try await names.names(.campaigns, campaignIDs, of: scope)
    sources = try await names.names(.sources, sourceIDs, of: scope)
  }
}
