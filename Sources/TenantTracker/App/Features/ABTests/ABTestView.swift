import Analytics
import Core
import Web

/// Tests as cards: the verdict in words, then the variants.
struct ABTestView: Sendable {
  let findings: ABTestDesk.Findings
  let form: DaysForm
  let icons: IconSet

  private var question: ABTestQuestion { findings.question }

  var html: HTML {
    """
    \(subjects)\(form.html)
    \(findings.tests.isEmpty ? nothing : findings.tests.map(card).joined())
    \(if: findings.count > findings.tests.count, "<p class=\"ty-lead\">These are the \(findings.tests.count) of \(findings.count) campaigns with the most clicks. Choose a campaign to see another.</p>")
    \(if: !findings.tests.isEmpty, explanation)
    """
  }

  private var subjects: HTML {
    let segments = ABTestQuestion.Subject.allCases.map { subject in
      // A control is of one kind: with another it means something else.
      let address = form.address.without("control").with("by", subject == .landing ? nil : subject.rawValue)
      return (subject.plural, address.description, subject == question.subject)
    }
    return "<div class=\"ty-toolbar\">\(Parts.segments("Compare", segments))</div>"
  }

  private var nothing: HTML {
    let action: HTML = "<a class=\"btn\" href=\"/admin/campaigns\">Go to campaigns</a>"
    let text =
      "Give a flow two or more \(question.subject.noun)s with equal weights and send traffic: from "
      + "\(ABTest.fewestClicks) clicks each on, this page says which is better."
    return "<div class=\"card\">\(Parts.empty(icons(.abTest), "No test in these days", text, action))</div>"
  }

  private func card(_ test: ABTest) -> HTML {
    let kind: Parts.NoteKind = test.verdict == .nothingToCompare ? .warning : .info
    let sentence = test.verdict.sentence(question.subject.noun, effect: question.effect)
    let badge: HTML =
      test.verdict.winner.map { Parts.badge("Winner: \($0.title)", .good) } ?? Parts.badge("No winner yet", .plain)
    let leftOut: HTML = """
      <p class="ty-lead">\(test.leftOut) more with the fewest clicks are left out.</p>
      """
    return Parts.flushCard(
      test.campaign ?? "Campaign \(test.campaignID)",
      """
      <div class="card-body">\(Parts.note(kind, "<p>\(sentence)</p>", icons))\(peeking(test))\(if: test.leftOut > 0, leftOut)</div>
      \(table(test))
      """, actions: badge)
  }

  /// Who looks each day and stops at the first good one is told when that is too early.
  private func peeking(_ test: ABTest) -> HTML {
    guard case .winner(let winner, _, _, _) = test.verdict,
      let place = test.variants.firstIndex(of: winner), let always = test.comparisons[place]?.always,
      always.interval.contains(0)
    else { return .empty }
    return """
      <p class="ty-lead">This is for who looks once. If you look every day, wait a little: the difference, \
      \(Self.points(always.interval.lowerBound)) to \(Self.points(always.interval.upperBound)) points, may still be none.</p>
      """
  }

  private func table(_ test: ABTest) -> HTML {
    let scale = test.variants.compactMap { $0.rate.wilsonInterval()?.upperBound }.max() ?? 1
    let rows = test.variants.indices.map { row(test, $0, scale: scale) }
    let noun = question.subject.noun.capitalizedFirst
    return Parts.bareTable(
      [
        Parts.Heading(noun), .number("Clicks"), .number("Conversions"), .number("CR"), "95 % interval",
        .number("Against the control"), .number("Confidence"), .number("Probability of being best"), .number("EPC"),
      ], rows, caption: "Variants of \(test.campaign ?? "campaign \(test.campaignID)")")
  }

  private func row(_ test: ABTest, _ index: Int, scale: Double) -> HTML {
    let (variant, comparison) = (test.variants[index], test.comparisons[index])
    let isWinner = variant == test.verdict.winner
    return """
      <tr><th scope="row">\(variant.title) \(role(variant, test))\(if: isWinner, Parts.badge("Winner", .good))</th>\
      \(Figures.cell(.clicks, of: variant.base, findings.currency))\
      \(Figures.cell(.conversions, of: variant.base, findings.currency))\
      \(Figures.cell(.cr, of: variant.base, findings.currency))<td>\(interval(variant, scale: scale))</td>\
      <td class="num">\(uplift(comparison))</td><td class="num">\(confidence(comparison))</td>\
      <td class="num"><meter class="ty-cell-bar" min="0" max="1" value="\(test.probabilities[index])"></meter> \
      \(ABVerdict.percent(test.probabilities[index]))</td>\
      <td class="num">\(epc(variant, comparison))</td></tr>
      """
  }

  /// The control says so; the others can take its place.
  private func role(_ variant: ABVariant, _ test: ABTest) -> HTML {
    if variant.id == test.control { return Parts.badge("Control", .plain) }
    let address = form.address.with("campaign_id", "\(test.campaignID)").with("control", "\(variant.id)").description
    return """
      <a class="ty-sub" href="\(href: address)">Make control<span class="visually-hidden"> of \
      \(variant.title)</span></a> 
      """
  }

  /// The interval drawn on the scale that all variants of the test share, and in figures.
  private func interval(_ variant: ABVariant, scale: Double) -> HTML {
    guard let interval = variant.rate.wilsonInterval(), let rate = variant.rate.rate else { return Parts.dash }
    let place = { (value: Double) in Int((value / scale * 200).rounded()) }
    let (low, high) = (place(interval.lowerBound), place(interval.upperBound))
    return """
      <svg width="100" height="12" viewBox="0 0 200 24" aria-hidden="true" focusable="false">\
      <line x1="0" x2="200" y1="12" y2="12" stroke="currentColor" stroke-opacity=".15" stroke-width="2"/>\
      <line x1="\(low)" x2="\(high)" y1="12" y2="12" stroke="currentColor" stroke-width="4"/>\
      <circle cx="\(place(rate))" cy="12" r="7" fill="currentColor"/></svg>
      <span class="ty-sub">\(Self.percent(interval.lowerBound)) to \(Self.percent(interval.upperBound))</span>
      """
  }

  private func uplift(_ comparison: ABComparison?) -> HTML {
    guard let comparison else { return Parts.dash }
    let isProven = (comparison.p ?? 1) < ABTest.significance
    let uplift = comparison.uplift ?? 0
    let tone = !isProven ? "" : uplift > 0 ? " good" : " bad"
    let difference = comparison.always.map {
      "difference \(Self.points($0.interval.lowerBound)) to \(Self.points($0.interval.upperBound)) points"
    }
    return """
      <span class="ty-change\(tone)">\(comparison.uplift.map { "\($0 < 0 ? "" : "+")\(Self.percent($0))" } ?? "–")</span><br>
      <span class="ty-sub">\(difference ?? "")</span>
      """
  }

  private func confidence(_ comparison: ABComparison?) -> HTML {
    guard let p = comparison?.p, let confidence = comparison?.confidence else { return Parts.dash }
    let tenThousandths = Int((p * 10_000).rounded())
    let text = p < 0.0001 ? "p < 0.0001" : "p = \(Double(tenThousandths) / 10_000)"
    return "\(ABVerdict.percent(confidence))<br><span class=\"ty-sub\">\(text)</span>"
  }

  private func epc(_ variant: ABVariant, _ comparison: ABComparison?) -> HTML {
    let epc = Figures.text(.epc, of: variant.base, findings.currency)
    guard let confidence = comparison?.revenueConfidence else { return .escaped(epc) }
    return "\(epc)<br><span class=\"ty-sub\">differs with \(ABVerdict.percent(confidence))</span>"
  }

  private static func percent(_ share: Double) -> String {
    Figures.percent(tenThousandths: Int64((share * 1_000_000).rounded()), places: 2)
  }

  private static func points(_ difference: Double) -> String {
    let text = percent(difference)
    return String(difference > 0 ? "+\(text.dropLast())" : "\(text.dropLast())")
  }

  private var explanation: HTML {
    """
    <details class="ty-details" data-keep="ab-test"><summary>How this is reckoned</summary>
    <ul><li>Clicks, conversions, CR and EPC are those of the reports: conversions count on their click's day.</li>
    <li>p is of the two-sided z-test of two proportions against the control, corrected by Holm when there are more than \
    two variants; below 0.05 a difference is called proven. Variants with fewer than \(ABTest.fewestClicks) clicks are \
    not tested.</li>
    <li>The difference beside the uplift is an interval that stays right however often you look (mixture SPRT, Johari et \
    al. 2022). An ordinary one does not: whoever stops at the first good day is wrong far more often than 1 in 20.</li>
    <li>The probability of being best is exact for what was seen so far (Beta-Binomial, no opinion before).</li>
    <li>EPC is compared by Welch's t-test, for revenue per click is no yes or no.</li></ul></details>
    """
  }
}
