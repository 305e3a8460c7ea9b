import ClickPath
import Conversions
import Core
import Database

/// What would become of a postback, in steps that people can follow.
struct PostbackExplanation: Sendable {
  enum Verdict: String, Sendable { case good, warning, bad }

  struct Step: Sendable {
    let verdict: Verdict
    let text: String
  }

  var steps: [Step] = []
  /// What it would be answered with.
  var outcome: Outcome = .recorded

  enum Outcome: String, Sendable, CaseIterable {
    case recorded, updated, repeated
    case moveRefused = "move_refused"
    case unknownClick = "unknown_click"
    case refused, unauthorized

    /// The HTTP status.
    var status: Int {
      switch self {
      case .recorded, .updated, .repeated, .moveRefused: 200
      case .refused: 400
      case .unauthorized: 401
      case .unknownClick: 404
      }
    }
  }

  fileprivate mutating func say(_ verdict: Verdict, _ text: String) { steps.append(Step(verdict: verdict, text: text)) }

  fileprivate func ending(_ outcome: Outcome, _ text: String) -> PostbackExplanation {
    var end = self
    end.outcome = outcome
    end.say(.bad, text)
    return end
  }

  var json: JSONValue {
    [
      "outcome": .string(outcome.rawValue), "status": .int(outcome.status),
      "steps": .array(steps.map { ["verdict": .string($0.verdict.rawValue), "text": .string($0.text)] }),
    ]
  }
}

extension PostbackService {
  /// Goes a postback's way without writing anything: whose it is, what its parameters say, which click it means, and what
  /// the rules would make of it. Address lists and signatures are left out, for it is not the network that sends this one.
  func explain(_ hit: PostbackHit, in scope: TenantScope) async throws -> PostbackExplanation {
    var story = PostbackExplanation()
    let store = ConversionTermsStore()
    var keyOwner: PostbackNetwork?
    if let key = hit.pathKey {
      keyOwner = try await store.network(key: key, of: scope)
      guard keyOwner != nil else {
        return story.ending(.unauthorized, "The key in the address is no network's. Copy the URL again.")
      }
      story.say(.good, "The key in the address is right.")
    }
    let parameters: PostbackParameters
    do { parameters = try PostbackParameters(hit) } catch { return story.ending(.refused, error.explanation) }
    let inbound = InboundConversion(parameters)
    guard let (click, _) = try await InboundClickFinder(tail: tail).click(of: inbound, at: hit.receivedAt, in: scope)
    else { return story.ending(.unknownClick, Self.withoutClick(parameters)) }
    story.say(.good, "The click was found: \(click.id), of \(click.ts.rfc3339).")
    let terms = try await store.terms(for: TermsBasis(click), of: scope)
    if let refusal = story.judge(hit, keyOwner ?? terms.network) { return story.ending(.unauthorized, refusal) }
    let statuses = (keyOwner ?? terms.network)?.statuses ?? .standard
    let goal = terms.goal(named: inbound.goalWords.isEmpty ? [inbound.goal].compactMap(\.self) : inbound.goalWords)
    let claim = inbound.claim(of: hit, terms, statuses, goal)
    story.judge(inbound, statuses, claim)
    story.judge(claim, terms)
    let known = try await ConversionStore().list(ofClick: click.id, of: scope)
    story.conclude(ConversionRules.step(for: claim, among: known.map(\.known), duplicates: terms.duplicates), claim)
    return story
  }

  private static func withoutClick(_ parameters: PostbackParameters) -> String {
    parameters.clickIDs.isEmpty
      ? "What came as the click's id is none of ours. The network must send back the value that we hand over in the "
        + "offer's URL, as its macro for that parameter says."
      : "No click has this id. Ids are looked up in this account only, and only as long as its clicks are kept."
  }
}

extension PostbackExplanation {
  /// Whether the network takes it this way; nil if it does.
  fileprivate mutating func judge(_ hit: PostbackHit, _ network: PostbackNetwork?) -> String? {
    guard let network else {
      say(.warning, "The click's offer belongs to no network, so only the common status words are known.")
      return nil
    }
    if network.requiresKey, hit.pathKey != network.key {
      return "The click's network takes postbacks only at its own URL. Switch the key on."
    }
    if !network.allowedAddresses.isEmpty {
      say(.warning, "The network may send from its listed addresses only; this test does not look at that.")
    }
    if !network.sealedSecrets.isEmpty {
      say(.warning, "The network signs its postbacks; this test needs no signature.")
    }
    return nil
  }

  fileprivate mutating func judge(_ inbound: InboundConversion, _ statuses: StatusMap, _ claim: ConversionClaim) {
    guard let word = inbound.statusWord else {
      return say(.good, "No status was sent, so it counts as a sale.")
    }
    if statuses[word] != nil {
      say(.good, "The status “\(word)” means \(claim.status.rawValue).")
    } else {
      say(.warning, "Nobody has mapped the status “\(word)”: it is on hold until you do, and earns nothing meanwhile.")
    }
  }

  fileprivate mutating func judge(_ claim: ConversionClaim, _ terms: ConversionTerms) {
    if let payout = claim.payout {
      say(.good, "It pays \(payout.amount) \(payout.currency.code).")
    } else if let payout = terms.payout {
      say(.good, "No payout was sent, so the offer's counts: \(payout.amount) \(payout.currency.code).")
    } else {
      say(.warning, "No payout was sent, and the click leads to no offer that has one: it pays nothing.")
    }
    if claim.transactionID == nil {
      say(.warning, "Without a transaction id a click has one conversion of each type; later ones change it.")
    }
  }

  fileprivate mutating func conclude(_ step: ConversionStep, _ claim: ConversionClaim) {
    switch step {
    case .create:
      outcome = .recorded
      say(.good, "It would be a new conversion of type \(claim.type.rawValue) with status \(claim.status.rawValue).")
    case .replayed:
      outcome = .repeated
      say(.good, "It is recorded already.")
    case .change(let change):
      let from = change.conversion.status
      if change.outcome == .refused {
        outcome = .moveRefused
        say(
          .bad,
          "The click's conversion is \(from.rawValue) and cannot become \(claim.status.rawValue): it stays as it is.")
      } else if change.status != from || change.payout != change.conversion.payout {
        outcome = .updated
        say(.good, "It would change the click's conversion from \(from.rawValue) to \(change.status.rawValue).")
      } else {
        outcome = .repeated
        say(.good, "The click has this conversion already: nothing would change.")
      }
    }
  }
}
