import Billing
import Core
import Web

/// What a change of plan would cost, line by line.
struct QuoteView: Sendable {
  let quote: PlanChangeQuote

  init(_ quote: PlanChangeQuote) { self.quote = quote }

  var html: HTML {
    guard quote.kind == .upgrade else { return .empty }
    return PageParts.facts([
      ("\(quote.to.name), to \(quote.renewsAt.rfc3339.prefix(10))", "\(quote.charge)"),
      ("Discount", "\(quote.discount)"), ("Tax", "\(quote.tax)"), ("Together", "\(quote.total)"),
      ("Credited for \(quote.from.name)", "\(quote.credit)"), ("From the credit", "\(quote.creditUsed)"),
      ("To be paid now", "\(quote.due)"),
    ])
  }
}
