import Analytics
import Core
import Web

/// Key figures, each with its line, its change, and the way to have it in the chart.
struct DashboardFigures: Sendable {
  let question: DashboardQuestion
  let totals: BaseValues
  let comparison: DashboardComparison
  /// Nil for figures without a line.
  let slots: DashboardSlots?
  let currency: Currency
  let icons: IconSet

  /// How a rise is meant: more cost may buy more sales, but a dearer customer is bad news.
  private static func tone(_ metric: Metric, isRise: Bool) -> String {
    switch metric {
    case .cost: ""
    case .cac: isRise ? " bad" : " good"
    default: isRise ? " good" : " bad"
    }
  }

  func html(_ metrics: [Metric], label: String) -> HTML {
    "<section aria-label=\"\(label)\"><dl class=\"ty-figures\">\(metrics.map(figure))</dl></section>"
  }

  var people: HTML { html(DashboardQuestion.people, label: "Customers") }

  /// Stands there until ``people`` come.
  static func peopleToCome(_ question: DashboardQuestion) -> HTML {
    """
    <section aria-label="Customers" data-load="\(href: question.part("people").description)"><dl class="ty-figures">\
    \(DashboardQuestion.people.map {
      "<div class=\"ty-figure\"><dt>\(label($0))</dt><dd><div class=\"ty-skeleton ty-scripted\"></div></dd></div>" as HTML
    })</dl></section>
    """
  }

  /// What they are compared with, once for all of them.
  var note: HTML {
    let partial =
      comparison.hours == nil
      ? "" : ", the whole hours of both days: today is not over yet, and its running hour is not compared"
    return comparison.before == nil
      ? "<p class=\"ty-sub\">Today is compared with yesterday from 01:00 on.</p>"
      : "<p class=\"ty-sub\">Arrows compare with \(comparison.words)\(partial).</p>"
  }

  private func figure(_ metric: Metric) -> HTML {
    let isLoss = Figures.isLoss(metric, of: totals)
    let isShown = question.metric == metric
    let address = question.address.with("metric", isShown ? nil : metric.rawValue)
    return """
      <div class="ty-figure"><dt><a href="\(href: address.description)"\(if: isShown, " aria-current=\"true\"")>\
      \(Self.label(metric))</a></dt><dd\(if: isLoss, " class=\"bad\"")>\
      \(Figures.text(metric, of: totals, currency))\(change(metric))\(line(metric))</dd></div>
      """
  }

  private func line(_ metric: Metric) -> HTML { slots.map { Parts.sparkline($0.line(metric)) } ?? .empty }

  static func label(_ metric: Metric) -> String {
    switch metric {
    case .roi: "ROI"
    case .cr: "CR"
    case .unique: "Unique clicks"
    case .repeatRate: "Repeat rate"
    default: metric.label
    }
  }

  private func change(_ metric: Metric) -> HTML {
    guard let change = comparison.change(of: metric) else { return .empty }
    return """
      <small class="ty-change\(Self.tone(metric, isRise: change.isRise))">\(icons(change.isRise ? .rise : .fall, small: true))\
      <span class="visually-hidden">\(change.isRise ? "up" : "down") </span>\(change.text)\
      <span class="visually-hidden"> against \(comparison.words)</span></small>
      """
  }
}
