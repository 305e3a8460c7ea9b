import Analytics
import Core

/// One of the things that a test compares: a landing page, an offer or a flow, with what came of its clicks.
struct ABVariant: Sendable, Hashable {
  let id: Int64
  /// Nil for one that is gone for good.
  let name: String?
  /// As the reports have them.
  let base: BaseValues
  /// Revenue per click in the report's currency, with the squares that its variance needs.
  let revenue: SampleSums

  var title: String { name ?? "#\(id)" }
  var clicks: Int64 { base[.clicks] }
  var conversions: Int64 { base[.conversions] }
  var rate: Proportion { Proportion(conversions, of: clicks) }
}

/// A variant against the control.
struct ABComparison: Sendable, Hashable {
  /// Relative: 0.4 for a conversion rate that is 40 % higher. Nil while the control converts nobody.
  let uplift: Double?
  /// Of the difference of the rates; right however often one looks.
  let always: AlwaysValidInterval?
  /// Of the z-test, corrected by Holm for the number of variants. Nil before both have enough clicks.
  var p: Double?
  /// Of Welch's t-test on revenue per click, corrected alike.
  var revenueP: Double?

  /// In parts of one.
  var confidence: Double? { p.map { 1 - $0 } }
  var revenueConfidence: Double? { revenueP.map { 1 - $0 } }

  init(_ variant: ABVariant, against control: ABVariant) {
    let (rate, controlRate) = (variant.rate.rate, control.rate.rate)
    uplift = if let rate, let controlRate, controlRate > 0 { rate / controlRate - 1 } else { nil }
    always = AlwaysValidInterval(control.rate, variant.rate)
  }
}
