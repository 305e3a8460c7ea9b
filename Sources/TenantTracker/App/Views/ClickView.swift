import ClickPath
import Conversions
import Core
import Web

/// A click: what became of it step by step, what was known of the visitor, what it led to.
struct ClickView: Sendable {
  let click: ClickEvent
  let log: ClickLogView
  let conversions: [Conversion]
  let book: NameBook
  let times: LocalTimes
  let icons: IconSet

  var html: HTML {
    """
    <div class="ty-columns ty-even"><div>\(Parts.card("What became of it", outcome + "<h3 class=\"ty-heading\">Event log</h3>" + log.html))\
    \(Parts.flushCard("Conversions", conversionTable))</div>\
    <div>\(Parts.card("The visitor", Parts.facts(visitor)))\(Parts.card("From the source", Parts.facts(source)))</div></div>
    """
  }

  private var outcome: HTML {
    Parts.facts([
      ("Time", times(click.ts)), ("Status", Parts.status(click.status.rawValue)),
      ("Campaign", book.campaign(click.campaignID)), ("Flow", book.flow(click.flowID)),
      ("Landing page", book.landing(click.landingID)), ("Offer", book.offer(click.offerID)),
      ("Cost", .escaped(Figures.money(click.cost, click.currency, places: 4))),
      ("Click id", "<code>\(click.id)</code>"),
    ])
  }

  private var visitor: [(name: String, value: HTML)] {
    [
      ("IP address", .escaped(click.ip.description)), ("Country", Parts.text(click.country)),
      ("Region", Parts.text(click.region)), ("City", Parts.text(click.city)), ("ISP", Parts.text(click.isp)),
      ("Device", Parts.text(click.device)), ("OS", Parts.text(click.os)), ("Browser", Parts.text(click.browser)),
      ("Language", Parts.text(click.language)), ("Unique", click.isUnique ? "Yes" : "No"),
      ("Fraud score", Parts.text(click.fraudScore.map { "\($0)" })),
      ("User agent", Parts.text(click.userAgent)), ("Visitor id", Parts.text(click.visitorID?.description)),
    ]
  }

  private var source: [(name: String, value: HTML)] {
    let subs = SubIDs.numbers.compactMap { number in
      click.subs[number].map { (name: "Sub\(number)", value: HTML.escaped($0)) }
    }
    return [
      ("Traffic source", book.source(click.sourceID)), ("Source's click id", Parts.text(click.externalID)),
      ("Referrer", Parts.text(click.referrer)),
    ] + (click.publisherID == nil ? [] : [("Publisher", book.publisher(click.publisherID))]) + subs
  }

  private var conversionTable: HTML {
    let rows = conversions.map { conversion -> HTML in
      """
      <tr><th scope="row">\(times(conversion.createdAt))</th><td>\(conversion.type.rawValue)</td>\
      <td>\(Parts.status(conversion.status.rawValue))</td>\
      <td class="num">\(Figures.money(conversion.payout.amount, conversion.payout.currency))</td>\
      <td>\(Parts.text(conversion.transactionID))</td></tr>
      """
    }
    guard !rows.isEmpty else {
      return Parts.empty(icons(.conversions), "No conversion", "A postback with this click's id makes one.")
    }
    return Parts.bareTable(
      ["Time", "Type", "Status", .number("Payout"), "Transaction"], rows, caption: "Conversions of this click")
  }
}
