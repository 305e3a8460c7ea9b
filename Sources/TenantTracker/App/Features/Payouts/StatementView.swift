import Conversions
import Core
import Web

/// One statement: its lines, and what they come to.
struct StatementView: Sendable {
  let statement: Statement
  let totals: Statement.Totals
  /// The first ones.
  let lines: [StatementLine]
  let offers: [Int64: String]
  let times: LocalTimes
  let icons: IconSet

  var html: HTML {
    let empty = Parts.empty(icons(.payouts), "No lines", "What it had was rejected meanwhile.")
    let more: HTML = """
      <p class="text-secondary">The first \(Figures.count(lines.count)) of \(Figures.count(totals.lineCount)) lines; \
      the export has all.</p>
      """
    return Parts.table(
      ["When", "What", "Offer", "Rule", .number("Of"), .number("Amount"), "Conversion"], lines.map(row),
      caption: "Lines of the statement", empty: empty) + (lines.count < totals.lineCount ? more : .empty)
  }

  private func row(_ line: StatementLine) -> HTML {
    let detail = line.detail
    let isAdjustment = line.kind == .adjustment
    let what =
      isAdjustment
      ? "Adjustment: \(detail["reason"]?.stringValue ?? "")" : detail["type"]?.stringValue?.capitalizedFirst
    let tier = detail["tier"]?.intValue ?? 0
    let offer = detail["offer_id"]?.intValue.map { offers[$0] ?? "#\($0)" }
    return """
      <tr><th scope="row">\(times(line.at))</th><td>\(Parts.text(what))</td><td>\(Parts.text(offer))</td>\
      <td>\(Parts.text(detail["rule"]?.stringValue))\(if: tier > 0, " <span class=\"ty-sub\">tier \(tier)</span>")</td>\
      <td class="num">\(detail["base"]?.stringValue.flatMap { Micros($0) }.map(exact) ?? Figures.none)</td>\
      <td class="num\(if: line.amount < .zero, " bad")">\(exact(line.amount))</td>\
      <td><a href="/admin/conversions?q=\(line.conversionID)">Show</a></td></tr>
      """
  }

  /// To the micro where there are any.
  private func exact(_ amount: Micros) -> String {
    Figures.money(amount, statement.currency, places: amount.rawValue % 10_000 == 0 ? 2 : 6)
  }

  var facts: HTML {
    var pairs: [(name: String, value: HTML)] = [
      ("State", statement.badge), ("Period", .escaped(statement.title)),
      ("Due", .escaped(statement.dueDate.description)),
      ("Carried in", .escaped(exact(totals.carriedIn))), ("Earned", .escaped(exact(totals.earned))),
      ("Adjusted", .escaped(exact(totals.adjusted))),
      ("Payable", "<strong>\(exact(totals.payable))</strong>"), ("Carried over", .escaped(exact(totals.carriedOut))),
      ("Minimum payout", .escaped(exact(statement.minimum))), ("Made by", .escaped(statement.closedBy)),
    ]
    if let who = statement.lockedBy { pairs.append(("Locked by", .escaped(who))) }
    if let payment = statement.payment { pairs.append(("Paid", .escaped("\(payment.reference), \(payment.paidBy)"))) }
    return Parts.card("Statement", Parts.facts(pairs))
  }
}

extension Statement {
  /// `2026-11-01 – 2026-11-30`
  var title: String { "\(days.lowerBound) – \(days.upperBound)" }

  var badge: HTML {
    let tone: Parts.Tone =
      switch state {
      case .draft: .warn
      case .locked, .carried: .plain
      case .paid: .good
      }
    return Parts.badge(state.rawValue.capitalizedFirst, tone)
  }
}
