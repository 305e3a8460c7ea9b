public import Core

/// How a postback ended. Each case has one status, one code, and what to do about it.
public enum PostbackOutcome: Sendable, Hashable {
  /// A new conversion.
  case recorded(ConversionID)
  /// A known conversion got another status or payout.
  case updated(ConversionID)
  /// All of it was known already.
  case repeated(ConversionID)
  /// The conversion cannot move to that status; the attempt is in its history.
  case moveRefused(ConversionID)
  /// Understood, and nothing to record; the sentence says why.
  case ignored(String)
  /// No click of ours has one of the ids.
  case unknownClick
  case refused(PostbackFault)
  /// An unknown key, or an address that the network's list leaves out.
  case unauthorized
  /// It cannot be recorded as it is, and will not be by itself: somebody has to see to it.
  case failed
  /// The database is away: the hit is journaled and will be processed in its turn.
  case accepted
  /// The click may still be in another node's journal: the hit is journaled and will be matched again.
  case notYet

  /// The HTTP status.
  public var status: Int {
    switch self {
    case .recorded, .updated, .repeated, .moveRefused, .ignored: 200
    case .accepted, .notYet: 202
    case .refused: 400
    case .unauthorized: 401
    case .unknownClick: 404
    case .failed: 500
    }
  }

  /// Stable, snake_case: in JSON answers and in the postback log.
  public var code: String {
    switch self {
    case .recorded: "recorded"
    case .updated: "updated"
    case .repeated: "repeated"
    case .moveRefused: "move_refused"
    case .ignored: "ignored"
    case .unknownClick: "unknown_click"
    case .refused(.noClickID): "no_click_id"
    case .refused(.badParameter): "bad_parameter"
    case .refused(.badBody): "bad_body"
    case .unauthorized: "unauthorized"
    case .failed: "failed"
    case .accepted: "accepted"
    case .notYet: "not_yet"
    }
  }

  /// Every code that a hit in the log can have.
  public static let codes = ["recorded", "updated", "repeated"] + fruitlessCodes

  /// The codes of hits that wrote nothing, so that they can be processed once more: what they failed on may be right now.
  public static let fruitlessCodes = [
    "move_refused", "ignored", "unknown_click", "no_click_id", "bad_parameter", "bad_body", "unauthorized", "failed",
  ]

  public var conversionID: ConversionID? {
    switch self {
    case .recorded(let id), .updated(let id), .repeated(let id), .moveRefused(let id): id
    case .ignored, .unknownClick, .refused, .unauthorized, .failed, .accepted, .notYet: nil
    }
  }

  /// A sentence for the network's log; nil when all is well.
  public var explanation: String? {
    switch self {
    case .recorded, .updated, .repeated: nil
    case .moveRefused: "The conversion is past that status; it stays as it is."
    case .ignored(let reason): reason
    case .unknownClick: "No click has this id."
    case .refused(let fault): fault.explanation
    case .unauthorized: "This network's postbacks need its own key, address or signature."
    case .failed: "It could not be recorded as it is. It is kept, and can be processed once more."
    case .accepted, .notYet: "Accepted; it will be processed shortly."
    }
  }
}

extension PostbackOutcome {
  /// What can be said without the database: a hit that is certain to be refused is, all else is accepted for later.
  ///
  /// - Parameters:
  ///   - networks: the tenant's, from the snapshot.
  public static func withoutDatabase(_ hit: PostbackHit, networks: [PostbackNetwork]) -> PostbackOutcome {
    guard hit.channel == .postback else { return .accepted }
    if let key = hit.pathKey {
      guard let network = networks.first(where: { $0.key == key }), network.admits(hit) else { return .unauthorized }
    }
    do {
      return try PostbackParameters(hit).clickIDs.isEmpty ? .unknownClick : .accepted
    } catch {
      return .refused(error)
    }
  }
}
