import Conversions
import Core
import Database

/// Reads what one kind of sender reports, after making sure that it is the sender.
protocol InboundReader: Sendable {
  func read(_ hit: PostbackHit, of scope: TenantScope) async throws -> InboundReading
}

enum InboundReading: Sendable {
  case conversion(InboundConversion)
  /// Of one order, first the sale and then what follows it; never empty. Once another report has added to the order,
  /// recording throws ``OrderMoved`` and the hit is to be read again.
  case order([InboundConversion])
  /// Understood, and nothing to record: the sentence says why. Answered with 200.
  case ignored(String)
  case refused(PostbackFault)
  case unauthorized
}

/// What a sender says of one conversion, before its click is found.
struct InboundConversion: Sendable {
  /// Other than the hit's: of a hit that reports several conversions, only the last has the hit's own id and its line in
  /// the log.
  var reportID: ConversionID?
  /// Of a conversion that is known to be the same order's; goes before all else.
  var orderClick: ClickID?
  /// What could be the click's id, in order of precedence.
  var clickIDs: [ClickID] = []
  /// Of the customer: lower case, trimmed, SHA-256.
  var emailHash: [UInt8]?
  /// Of the customer's browser.
  var address: IPAddress?
  /// Without the click's id, what is known of the customer may lead to it.
  var isMatchedByCustomer = false
  /// How long after its click an address alone may still tell whose conversion it is; nil: never.
  var addressWindow: Duration?
  var type: ConversionType = .sale
  /// Nil leaves it to the network's map of ``statusWord``.
  var status: ConversionStatus?
  /// Of the order, if the sender says more of it than its status; nil leaves it to ``statusWord``.
  var scheme: SchemeStatus? = nil
  /// As sent.
  var statusWord: String?
  var transactionID: String?
  /// Of the sale that it follows.
  var parentTransactionID: String?
  /// It says how the conversion stands in all, whatever the offer does with hits that add something.
  var isWholeState = false
  /// Nil: the offer's.
  var payout: Micros?
  /// Without an amount of its own or a goal's it pays nothing: the offer's payout is for something else.
  var paysByGoalOnly = false
  /// Of the payout; nil: the offer's.
  var currency: Currency?
  var goal: String?
  /// What may name one of the offer's goals, in order of precedence; ``goal`` if there are none.
  var goalWords: [String] = []
  /// False if ``type`` is only what the goal is called: the offer's goal of that name may say another.
  var isTypeNamed = true
  /// Set for the history; `postback` if nil.
  var actor: String?
  /// What was bought, if the sender says.
  var products: [PurchasedProduct] = []
  /// Writes what else belongs to the report into the transaction that records it. May throw
  /// ``ConversionRecorder/AlreadyRecorded``.
  var alongside: (@Sendable (Recording, Connection) async throws -> Void)?
}
