import ClickPath
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
    case "profile": return "<span>\(profile(rest)) (tracking profile #\(id.map { "\($0)" } ?? "?"))</span>"
    case "pixels", "destination": return facts[code].map { "<span>\($0)</span>" } ?? .empty
    case "macro": return "<span>The source sent a macro that it had not replaced</span>"
    default: return (facts[code] ?? facts[noun]).map { "<span>\($0)</span>" } ?? .empty
    }
  }

  private static let facts = [
    "bot:ua+40": "The user agent names a known bot", "flood30+25": "More than 5 clicks of this address in 30 seconds",
    "flood300+30": "More than 20 clicks of this address in 5 minutes",
    "datacenter+15": "The provider runs servers", "blacklist+50": "The address is on the blacklist",
    "ua:short+10": "The user agent is empty or very short", "bot:known": "Blocked: a known bot",
    "blacklist": "Blocked: the address is on the blacklist", "bot:score": "Blocked: the fraud score is 50 or more",
    "auto_blacklist": "The score put the address on the blacklist",
    "geo_unknown": "The country was not known, so filters on it did not match",
    "agent_unknown": "The device was not known, so filters on it did not match",
    "language_unknown": "The visitor's browser named no language",
    "cost_unreadable": "The cost parameter was no amount",
    "retargeting": "Retargeting pixels were fired before the visitor went on",
    "pixels:too_long": "With this visitor's values the profile's pixels were too long; they were left out",
    "destination:refused": "The address came to nothing that a visitor can be sent to",
    "spy": "The request showed a sign of a spy tool or a driven browser",
    "lander_protection": "Lander protection showed “Access Denied”",
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

  private static func profile(_ rest: [String]) -> String {
    let redirect = rest.first.flatMap(TrackingProfile.Redirect.init(rawValue:))
    return redirect == TrackingProfile.Redirect.none
      ? "The visitor was not sent on" : "Sent on by redirect: \(rest.first ?? "")"
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
