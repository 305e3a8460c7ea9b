import Analytics
import Core

extension ABVerdict {
  /// A sentence or two for people.
  /// - Parameters:
  ///   - noun: what the variants are: `landing page`.
  ///   - effect: the smallest relative difference worth finding.
  func sentence(_ noun: String, effect: Double) -> String {
    switch self {
    case .nothingToCompare:
      return "Only one \(noun) had clicks. A test needs two: add another to the flow, with a weight of its own."
    case .tooFewClicks(let slowest, let days):
      let wait = days.map { ", which takes about \(Self.days($0)) at the present pace" } ?? ""
      return "No winner yet: \(slowest.title) has \(Figures.count(slowest.clicks)) of at least "
        + "\(ABTest.fewestClicks) clicks\(wait)."
    case .winner(let winner, let control, let confidence, let rivals):
      let sentence = "\(winner.title) is better than \(control.title) with \(Self.percent(confidence)) confidence."
      guard !rivals.isEmpty else { return "\(sentence) Give it the traffic." }
      return "\(sentence) So is \(Self.list(rivals.map(\.title))): go on with these alone to see which is best."
    case .controlWins(let control, let confidence):
      return "\(control.title), the control, is better than every other with \(Self.percent(confidence)) confidence."
        + " Keep it."
    case .open(let leader, let probability, let days):
      let lead = "No winner yet: \(leader.title) is best with a probability of \(Self.percent(probability))"
      let size = Self.percent(effect)
      switch days {
      case 0?:
        return "\(lead). A difference of \(size) would have shown by now: the variants are much the same."
      case let days?:
        return "\(lead). A difference of \(size) shows after about \(Self.days(days)) more at the present pace."
      case nil:
        return "\(lead), and no conversions yet to reckon with."
      }
    }
  }

  private static func days(_ count: Int) -> String { count == 1 ? "1 day" : "\(Figures.count(count)) days" }

  private static func list(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.joined() }
    return "\(names.dropLast().joined(separator: ", ")) and \(last)"
  }

  /// Never 100 % nor 0 %: nobody is that sure.
  static func percent(_ share: Double) -> String {
    if share > 0.999 { return "over 99.9 %" }
    if share < 0.001 { return "under 0.1 %" }
    let tenths = Int64((share * 1000).rounded())
    return tenths.isMultiple(of: 10) ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
  }
}
