import Conversions
import Core
import Licensing
import Web

/// What somebody decides about a conversion: where it stands, or the end of its review.
enum ConversionDecision: Sendable, Hashable {
  /// - Parameter scheme: what the order is, if more than the status is said.
  case status(ConversionStatus, SchemeStatus?)
  /// Both only while it waits for approval.
  case approve, reject

  /// Every word that a status can be set to: the API's statuses, and those of the scheme.
  static let statusWords =
    ConversionStatus.allCases.map(\.rawValue)
    + SchemeStatus.allCases.map(\.rawValue).filter { ConversionStatus(rawValue: $0) == nil }

  init?(statusWord word: String) {
    if let status = ConversionStatus(rawValue: word) {
      self = .status(status, nil)
    } else if let scheme = SchemeStatus(rawValue: word) {
      self = .status(scheme.status, scheme)
    } else {
      return nil
    }
  }

  /// As it is stored and told.
  var word: String {
    switch self {
    case .status(let status, let scheme): scheme?.rawValue ?? status.rawValue
    case .approve: "approve"
    case .reject: "reject"
    }
  }

  /// As people read it: `Refunded`.
  var title: String {
    switch self {
    case .status(let status, let scheme): scheme?.title ?? status.rawValue.capitalizedFirst
    case .approve: "Approved"
    case .reject: "Rejected"
    }
  }

  /// 402 when the licence does not grant it.
  func check(_ session: TrackerSession) throws(Problem) {
    let feature = Feature.statusScheme
    guard case .status(_, .some) = self, !session.entitlements.includes(feature) else { return }
    throw .notLicensed(feature)
  }

  /// As the recorder takes it.
  func move(note: String?, by actor: String, at time: Timestamp) -> ConversionRecorder.Move {
    switch self {
    case .status(let status, let scheme):
      .init(status: status, payout: nil, actor: actor, at: time, scheme: scheme, note: note)
    case .approve: .init(status: .sale, payout: nil, actor: actor, at: time, note: note, review: .pending)
    case .reject: .init(status: .rejected, payout: nil, actor: actor, at: time, note: note, review: .pending)
    }
  }
}

/// What became of a decision about one conversion.
enum DecisionResult: Sendable, Hashable {
  case applied
  /// It stood there already.
  case unchanged
  /// With a sentence that says why.
  case refused(String)
}

extension Conversion {
  /// Without what the licence of whoever looks does not grant.
  func shown(to session: TrackerSession) -> Conversion {
    var shown = self
    if !session.entitlements.includes(.statusScheme) { shown.schemeStatus = nil }
    return shown
  }
}

extension ConversionHistoryLine {
  func shown(to session: TrackerSession) -> ConversionHistoryLine {
    guard !session.entitlements.includes(.statusScheme) else { return self }
    var entry = entry
    entry.fromScheme = nil
    entry.toScheme = nil
    return ConversionHistoryLine(entry: entry)
  }
}
