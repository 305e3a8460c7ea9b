import Conversions
import Core

/// What became of a hit, as the log keeps it.
struct PostbackVerdict: Sendable {
  var outcome: PostbackOutcome
  var clickID: ClickID?
  /// Whose postback it was.
  var networkID: Int64?
  /// The status word, as ``StatusMap`` compares words, if nobody had mapped it.
  var unmappedWord: String?

  init(_ outcome: PostbackOutcome, click: ClickID? = nil, network: Int64? = nil, unmappedWord: String? = nil) {
    self.outcome = outcome
    clickID = click
    networkID = network
    self.unmappedWord = unmappedWord
  }
}

/// The word a network used for where a conversion stands.
struct StatusWord: Sendable {
  /// Nil when the offer has none.
  let network: Int64?
  /// Nil when it used none.
  let spelling: String?
  let isMapped: Bool

  /// Nil when all is understood.
  var unmappedKey: String? { isMapped ? nil : spelling.map(StatusMap.key) }
}
