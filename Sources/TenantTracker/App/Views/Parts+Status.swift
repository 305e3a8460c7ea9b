import Core
import Web

extension Parts {
  enum Tone: String { case good, bad, warn, plain }

  static func badge(_ text: String, _ tone: Tone) -> HTML { "<span class=\"ty-badge \(tone.rawValue)\">\(text)</span>" }

  /// A status word in the colour of what it means.
  static func status(_ word: String) -> HTML {
    let tone: Tone =
      switch word {
      case "active", "ok", "sale", "verified": .good
      case "blocked", "rejected", "failed", "disabled", "suspended", "revoked", "expired", "refused", "lapsed": .bad
      case "capped", "hold", "pending", "invited", "paused", "grace", "overdue": .warn
      default: .plain
      }
    return badge(word.prefix(1).uppercased() + word.dropFirst(), tone)
  }
}
