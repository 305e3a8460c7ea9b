import Core
import Web

/// A funnel as bars, each with its share of those who began and of those who reached the step before.
struct FunnelView: Sendable {
  let funnel: Funnel
  let title: String
  /// What is shown when nobody even began.
  let empty: HTML

  var html: HTML {
    guard funnel.steps.contains(where: { $0.count > 0 }) else { return "<div class=\"card\">\(empty)</div>" }
    let rows = funnel.steps.indices.map(row)
    return Parts.flushCard(
      title,
      Parts.bareTable(
        [
          "Step", .number("Visitors"), "Of the first step", .number("Of the first step, %"),
          .number("Of the step before, %"), .number("Lost here"),
        ], rows, caption: title), actions: summary)
  }

  private var summary: HTML {
    guard let share = funnel.rateOfFirst(funnel.steps.count - 1), funnel.steps.count > 1 else { return .empty }
    return "<span class=\"ty-sub\">\(percent(share, places: 1)) of those who began reach the end</span>"
  }

  private func row(_ index: Int) -> HTML {
    let step = funnel.steps[index]
    let first = funnel.rateOfFirst(index)
    // A bar's length is a share of the first step; later steps can be reached by more, where pages were left out.
    let length = min(100, Double(first ?? 0) / 10_000)
    let lost = index == 0 ? nil : funnel.steps[index - 1].count - step.count
    return """
      <tr><th scope="row">\(step.number). \(step.name)</th><td class="num">\(Figures.count(step.count))</td>\
      <td><meter class="ty-step-bar" min="0" max="100" value="\(length)" \
      aria-label="\(step.name): \(first.map { percent($0, places: 1) } ?? "none") of the first step"></meter></td>\
      <td class="num">\(first.map { percent($0, places: 1) } ?? Figures.none)</td>\
      <td class="num">\(funnel.rateOfPrevious(index).map { percent($0, places: 0) } ?? Figures.none)</td>\
      <td class="num">\(lost.map { Figures.count($0) } ?? Figures.none)</td></tr>
      """
  }

  private func percent(_ tenThousandths: Int64, places: Int) -> String {
    Figures.percent(tenThousandths: tenThousandths, places: places)
  }
}
