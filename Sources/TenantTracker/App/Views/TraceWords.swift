import Core
import Web

/// A click's reason codes in words. A code that is not known here is shown as it is.
enum TraceWords {
  static func text(_ code: String, _ book: NameBook) -> HTML {
    let words = code.split(separator: " ").map(String.init)
    let head = (words.first ?? "").split(separator: ":", maxSplits: 1).map(String.init)
    guard let noun = head.first else { return .empty }
    let id = head.count > 1 ? Int64(head[1]) : nil
    let rest = Array(words.dropFirst())
    switch noun {
    case "flow": return "<span>Flow \(book.flow(id))\(flow(rest))</span>"
    case "landing": return "<span>Landing page \(book.landing(id))\(drawn(rest))</span>"
    case "offer": return "<span>Offer \(book.offer(id))\(offer(rest))</span>"
    case "macro": return "<span>The source sent a macro that it had not replaced</span>"
    default: return facts[noun].map { "<span>\($0)</span>" } ?? .empty
    }
  }

  private static let facts = [
    "geo_unknown": "The country was not known, so filters on it did not match",
    "agent_unknown": "The device was not known, so filters on it did not match",
    "language_unknown": "The visitor's browser named no language",
    "cost_unreadable": "The cost parameter was no amount",
    "unknown_campaign": "There is no such campaign", "no_destination": "No flow and no offer was left",
  ]

  private static func flow(_ rest: [String]) -> String {
    switch rest.first {
    case "empty"?: return " was skipped: it has no landing page and no offer"
    case "zero_weights"?: return " was skipped: all its weights are zero"
    case "default"?: return ", the default flow, took the visitor"
    case let kind?:
      let matched = rest.dropFirst().filter { !$0.hasPrefix("w=") }.joined(separator: ", ")
      return ", \(kind), took the visitor\(matched.isEmpty ? "" : " (\(matched))")\(drawn(rest))"
    case nil: return " took the visitor"
    }
  }

  private static func offer(_ rest: [String]) -> String {
    if rest.first == "campaign" { return ", the campaign's default" }
    return rest.first == "capped" ? " had reached its cap" : drawn(rest)
  }

  private static func drawn(_ rest: [String]) -> String {
    guard let share = rest.first(where: { $0.hasPrefix("w=") })?.dropFirst(2).split(separator: "/"), share.count == 2
    else { return "" }
    return ", drawn with weight \(share[0]) of \(share[1])"
  }
}
