import Conversions
import Core
import Database

/// Reads what one kind of sender reports, after making sure that it is the sender.
protocol InboundReader: Sendable {
  func read(_ hit: PostbackHit, of scope: TenantScope) async throws -> InboundReading
}

enum InboundReading: Sendable {
  case conversion(InboundConversion)
  /// Understood, and nothing to record: the sentence says why. Answered with 200.
  case ignored(String)
  case refused(PostbackFault)
  case unauthorized
}

/// What a sender says of one conversion, before its click is found.
struct InboundConversion: Sendable {
  /// What could be the click's id, in order of precedence.
  var clickIDs: [ClickID] = []
  /// Of the customer: lower case, trimmed, SHA-256.
  var emailHash: [UInt8]?
  /// Of the customer's browser.
  var address: IPAddress?
  var type: ConversionType = .sale
  /// Nil leaves it to the network's map of ``statusWord``.
  var status: ConversionStatus?
  /// As sent.
  var statusWord: String?
  var transactionID: String?
  /// Nil: the offer's.
  var payout: Micros?
  /// Of the payout; nil: the offer's.
  var currency: Currency?
  var goal: String?
  /// Set for the history; `postback` if nil.
  var actor: String?
}
